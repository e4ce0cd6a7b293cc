// zxcvbn's lists one by one: its own door opens all of them, 860 kB.
declare module "@zxcvbn-ts/language-common/dist/adjacencyGraphs.json.mjs" {
  const graphs: Record<string, Record<string, (string | null)[]>>
  // biome-ignore lint/style/noDefaultExport: it is how the package exports it.
  export default graphs
}

declare module "@zxcvbn-ts/*.json.mjs" {
  const words: string[]
  // biome-ignore lint/style/noDefaultExport: it is how the package exports it.
  export default words
}
