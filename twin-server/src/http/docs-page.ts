import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const page = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>接口文档 API</title><link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="page"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body></html>`

const start = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#page', docExpansion: 'none', deepLinking: true, validatorUrl: null })`

const bundled: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

/** Swagger UI from local files: nothing is loaded from elsewhere. undefined = no such file. */
export async function docsFile(name: string): Promise<{ readonly type: string; readonly body: string } | undefined> {
  if (name === '') return { type: 'text/html; charset=utf-8', body: page }
  if (name === 'start.js') return { type: 'text/javascript; charset=utf-8', body: start }
  const type = bundled[name]
  if (!type) return undefined
  const folder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
  return { type, body: await readFile(join(folder, name), 'utf8') }
}
