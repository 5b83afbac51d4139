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

/** null for anything that is not one of our topics, wildcards included. */
export function parseTopic(topic: string): TopicAddress | null {
  const match = pattern.exec(topic)
  if (!match) return null
  const [, org = '', station = '', channel = '', device = ''] = match
  return { org, station, channel: channel as Channel, device }
}
