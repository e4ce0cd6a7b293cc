// Bundles script and style into openchair/site/static/build and holds them to their budgets.
import { createHash } from "node:crypto"
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { build } from "esbuild"

const here = dirname(fileURLToPath(import.meta.url))
const site = join(here, "..", "openchair", "site", "static")
const out = join(site, "build")

// Gzip bytes. A visitor's page has 60 kB for everything before the map; its own text takes the rest.
const BUDGETS = { "page.js": 9_000, "site.css": 14_000, "worker.js": 3_000 }

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })

const common = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outdir: out,
  logLevel: "warning",
  legalComments: "none",
}

await build({
  ...common,
  entryPoints: {
    page: join(here, "page", "page.ts"),
    map: join(here, "map", "map.ts"),
    streets: join(here, "map", "streets.ts"),
  },
})
// A worker is a classic script: not every phone in use takes a module there.
await build({
  ...common,
  format: "iife",
  entryPoints: { worker: join(here, "worker", "worker.ts") },
})
await build({
  ...common,
  format: undefined,
  entryPoints: {
    site: join(site, "css", "site.css"),
    map: join(here, "map", "map.css"),
  },
  external: ["*.svg"],
  loader: { ".png": "dataurl" },
})

const data = join(here, "node_modules")
await copyFile(join(data, "world-atlas", "countries-50m.json"), join(out, "world.json"))
await copyFile(join(data, "us-atlas", "states-10m.json"), join(out, "us-states.json"))

const notices = []
for (const name of [
  "leaflet",
  "topojson-client",
  "world-atlas",
  "us-atlas",
  "pmtiles",
  "protomaps-leaflet",
]) {
  notices.push(`${name}\n\n${await readFile(await licence(join(data, name)), "utf8")}`)
}
await writeFile(join(out, "LICENCES.txt"), notices.join("\n\n----\n\n"))

// What is served is held against these: openchair/site/served_files.py, `make verify-client`, `openchair verify-site`.
const digests = {}
for (const name of (await readdir(out, { recursive: true })).sort()) {
  if (/\.(js|css)$/.test(name)) {
    digests[name] = `sha384-${createHash("sha384")
      .update(await readFile(join(out, name)))
      .digest("base64")}`
  }
}
await writeFile(join(out, "integrity.json"), `${JSON.stringify(digests, null, 2)}\n`)

let over = false
for (const [name, most] of Object.entries(BUDGETS)) {
  const size = gzipSync(await readFile(join(out, name)), { level: 9 }).length
  if (size > most) {
    over = true
    console.error(`${name} is ${size} bytes gzipped, over its budget of ${most}`)
  }
}
process.exit(over ? 1 : 0)

async function licence(folder) {
  for (const name of ["LICENSE", "LICENSE.md", "LICENSE.txt", "package.json"]) {
    try {
      await readFile(join(folder, name))
      return join(folder, name)
    } catch {
      // Not under this name: the next one is tried; package.json is always there.
    }
  }
  throw new Error(`no licence in ${folder}`)
}
