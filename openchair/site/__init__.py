"""Settings, the URL root, base templates, design tokens, components, service worker: the parts on one page."""
