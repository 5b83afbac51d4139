interface TypeMaps {
  readonly parsers: Record<number, ((text: string) => unknown) | undefined>
  readonly serializers: Record<number, ((value: unknown) => unknown) | undefined>
}

/** Built-in types → the types of their arrays; these numbers are part of PostgreSQL's protocol. */
const arrays: Readonly<Record<number, number>> = {
  16: 1000, 17: 1001, 19: 1003, 20: 1016, 21: 1005, 23: 1007, 25: 1009, 26: 1028, 114: 199, 700: 1021, 701: 1022,
  1042: 1014, 1043: 1015, 1082: 1182, 1114: 1115, 1184: 1185, 1700: 1231, 2950: 2951, 3802: 3807,
} // prettier-ignore

/**
 * Teaches a postgres.js client arrays. By itself it asks each new connection for their types, and when that connection ends before it is
 * told, the rejection belongs to nobody: the process would end.
 */
export function teachArrays({ parsers, serializers }: TypeMaps): void {
  for (const [name, array] of Object.entries(arrays)) {
    const type = Number(name)
    const parse = parsers[type]
    parsers[array] = (text) => parseArray(text, parse ?? String)
    const serialize = serializers[type] ?? String
    serializers[array] = (value) => (Array.isArray(value) ? arrayText(value, serialize) : value)
  }
}

function arrayText(values: readonly unknown[], serialize: (value: unknown) => unknown): string {
  const parts = values.map((value) => {
    if (value === null) return 'null'
    if (value === undefined) throw new Error('an array for the database holds undefined')
    if (Array.isArray(value)) return arrayText(value, serialize)
    return `"${String(serialize(value)).replaceAll(/[\\"]/g, String.raw`\$&`)}"`
  })
  return `{${parts.join(',')}}`
}

function parseArray(text: string, parse: (text: string) => unknown): unknown[] {
  const item = (raw: string): unknown => (raw === 'NULL' ? null : parse(raw))
  if (text === '{}') return []
  if (!text.includes('"') && !text.includes('{', 1)) return text.slice(1, -1).split(',').map(item)
  let at = 0
  const list = (): unknown[] => {
    const found: unknown[] = []
    for (at++; text[at] !== '}';) {
      if (text[at] === '{') found.push(list())
      else if (text[at] === '"') {
        let word = ''
        for (at++; text[at] !== '"'; at++) word += text[at] === '\\' ? text[++at] : text[at]
        at++
        found.push(parse(word))
      } else {
        const from = at
        while (text[at] !== ',' && text[at] !== '}') at++
        found.push(item(text.slice(from, at)))
      }
      if (text[at] === ',') at++
    }
    at++
    return found
  }
  return list()
}
