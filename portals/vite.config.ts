import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** The server sends `x.br` or `x.gz` when the browser takes it: compressing once at build keeps the first visit short and the server idle. */
function precompress(): Plugin {
  let out = ''
  const each = (folder: string): string[] =>
    readdirSync(folder).flatMap((name) => {
      const path = join(folder, name)
      return statSync(path).isDirectory() ? each(path) : [path]
    })
  return {
    name: 'precompress',
    apply: 'build',
    configResolved: (config) => {
      out = resolve(config.root, config.build.outDir)
    },
    closeBundle: () => {
      for (const path of each(out)) {
        if (!/\.(js|mjs|css|svg|json|html|txt)$/.test(path)) continue
        const bytes = readFileSync(path)
        if (bytes.length < 1024) continue
        writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
        writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }))
      }
    },
  }
}

const api = process.env['TWIN_API'] ?? 'http://127.0.0.1:8080'
// The server takes requests from its own address only: the dev server speaks in its name.
const target = { target: api, headers: { origin: api } }
const proxy = { '/api': target, '/socket.io': { ...target, ws: true }, '/ws': { ...target, ws: true }, '/metrics': target }

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), precompress()],
  resolve: { dedupe: ['react', 'react-dom'] },
  server: { port: 5173, proxy },
  preview: { port: 5174, proxy },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    chunkSizeWarningLimit: 1400,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What every page needs and what changes only with its version: one file that stays in the cache over our releases.
            {
              name: 'base',
              test: /node_modules[\\/](react|react-dom|react-is|scheduler|react-router|@tanstack|zustand|i18next|react-i18next|zod|socket\.io[^\\/]*|engine\.io[^\\/]*|@socket\.io|msgpackr)[\\/]/,
            },
          ],
        },
      },
    },
  },
})
