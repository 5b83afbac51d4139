import type { Channel } from './types.ts'

export interface TopicAddress {
  readonly org: string
  readonly station: string
  readonly channel: Channel
  readonly device: string
}

const pattern = /^tw\/([\w-]{1,64})\/([\w-]{1,64})\/([teca])\/([\w-]{1,64})$/

/** `tw/{org}/{station}/{t|e|c|a}/{device}` */
export function topicOf({ org, station, channel, device }: TopicAddress): string {
  return `tw/${org}/${station}/${channel}/${device}`
}

/**
 * What was read before: a device always writes on the same two topics, and ids that are the same text each time need not be hashed anew in
 * every table they are looked up in.
 */
const read = new Map<string, TopicAddress>()
/** Two topics of more devices than a node holds; about 16 MB. */
const MOST_READ = 50_000

/** null for anything that is not one of our topics, wildcards included. */
export function parseTopic(topic: string): TopicAddress | null {
  const known = read.get(topic)
  if (known !== undefined) return known
  const address = addressOf(topic)
  if (address === null) return null
  if (read.size >= MOST_READ) read.clear()
  read.set(topic, address)
  return address
}

function addressOf(topic: string): TopicAddress | null {
  const match = pattern.exec(topic)
  if (!match) return null
  const [, org = '', station = '', channel = '', device = ''] = match
  return { org, station, channel: channel as Channel, device }
}
