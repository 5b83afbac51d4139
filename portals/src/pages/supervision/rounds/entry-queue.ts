/** One entry of an inspector that the server has not confirmed yet. Its id makes sending it twice harmless. */
export interface Entry {
  readonly id: string
  readonly user: string
  readonly task: string
  readonly point: string
  readonly name: string
  readonly at: number
  readonly value: number | null
  readonly finding: 'normal' | 'abnormal' | null
  readonly code: string | null
  readonly note: string | null
  /** Pictures to upload. */
  readonly pictures: readonly File[]
  /** Ids of pictures that are uploaded already. */
  readonly photos: readonly string[]
}

/** What is entered stays here, over reload and loss of network, until the server has it. */
export interface EntryQueue {
  all(): Promise<readonly Entry[]>
  put(entry: Entry): Promise<void>
  remove(id: string): Promise<void>
}

const table = 'entries'

export async function openEntryQueue(): Promise<EntryQueue> {
  const request = indexedDB.open('twin-rounds', 1)
  request.onupgradeneeded = () => void request.result.createObjectStore(table, { keyPath: 'id' })
  const db = await done(request)
  const store = (mode: IDBTransactionMode): IDBObjectStore => db.transaction(table, mode).objectStore(table)
  return {
    all: async () => ((await done(store('readonly').getAll())) as Entry[]).toSorted((a, b) => a.at - b.at),
    async put(entry) {
      await done(store('readwrite').put(entry))
    },
    async remove(id) {
      await done(store('readwrite').delete(id))
    },
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('the local store failed'))
  })
}

export interface Sender {
  upload(picture: File): Promise<string>
  /** Rejects with `status` 0 or 5xx when it should be tried again, another when the server refuses. */
  fill(entry: Entry): Promise<void>
}
export interface Refused {
  readonly entry: Entry
  readonly error: unknown
}

/**
 * Sends what waits, oldest first. What cannot be sent stays; what the server refuses is taken out and told. A picture is uploaded once, also when
 * the entry itself has to be sent again.
 */
export async function sendWaiting(
  queue: EntryQueue,
  user: string,
  sender: Sender,
  mayRetry: (error: unknown) => boolean,
): Promise<Refused[]> {
  const refused: Refused[] = []
  for (const waiting of await queue.all()) {
    if (waiting.user !== user) continue
    let entry = waiting
    try {
      while (entry.pictures[0]) {
        const photo = await sender.upload(entry.pictures[0])
        entry = { ...entry, pictures: entry.pictures.slice(1), photos: [...entry.photos, photo] }
        await queue.put(entry)
      }
      await sender.fill(entry)
      await queue.remove(entry.id)
    } catch (error) {
      if (mayRetry(error)) return refused
      await queue.remove(entry.id)
      refused.push({ entry, error })
    }
  }
  return refused
}
