import { expect, it } from 'vitest'
import { type Entry, type EntryQueue, type Sender, sendWaiting } from './entry-queue.ts'

const entry = (id: string, at: number, more: Partial<Entry> = {}): Entry => ({
  ...{
    id,
    at,
    user: 'me',
    task: 't',
    point: `p${id}`,
    name: id,
    value: 1,
    finding: null,
    code: null,
    note: null,
    pictures: [],
    photos: [],
  },
  ...more,
})
function queueOf(...entries: Entry[]): EntryQueue & { readonly ids: () => string[] } {
  const held = new Map(entries.map((each) => [each.id, each]))
  return {
    all: () => Promise.resolve([...held.values()].toSorted((a, b) => a.at - b.at)),
    put: (each) => Promise.resolve(void held.set(each.id, each)),
    remove: (id) => Promise.resolve(void held.delete(id)),
    ids: () => [...held.keys()],
  }
}
const offline = new Error('offline')
const refusal = new Error('refused')
const passes = (error: unknown): boolean => error === offline

it('what cannot be sent stays, in order, and a picture that was uploaded is not uploaded again', async () => {
  const picture = new File(['x'], 'a.jpg')
  const queue = queueOf(entry('b', 2), entry('a', 1, { pictures: [picture] }), entry('other', 0, { user: 'somebody' }))
  const sent: Entry[] = []
  let uploads = 0
  let reachable = false
  const sender: Sender = {
    upload: () => Promise.resolve(`photo${++uploads}`),
    fill: (each) => (reachable ? Promise.resolve(void sent.push(each)) : Promise.reject(offline)),
  }
  expect(await sendWaiting(queue, 'me', sender, passes)).toEqual([])
  expect(queue.ids()).toEqual(['b', 'a', 'other'])
  reachable = true
  await sendWaiting(queue, 'me', sender, passes)
  expect(sent.map(({ id, photos }) => [id, photos])).toEqual([
    ['a', ['photo1']],
    ['b', []],
  ])
  expect([uploads, queue.ids()]).toEqual([1, ['other']])
})

it('what the server refuses is taken out and told, and the rest goes on', async () => {
  const queue = queueOf(entry('a', 1), entry('b', 2))
  const sender: Sender = {
    upload: () => Promise.resolve(''),
    fill: ({ id }) => (id === 'a' ? Promise.reject(refusal) : Promise.resolve()),
  }
  expect(await sendWaiting(queue, 'me', sender, passes)).toMatchObject([{ entry: { id: 'a' }, error: refusal }])
  expect(queue.ids()).toEqual([])
})
