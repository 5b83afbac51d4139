import { BlockList, isIP } from 'node:net'

/** Addresses or CIDR ranges of our own reverse proxies. Throws on an entry that is neither. */
export function proxyList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries.map((text) => text.trim()).filter(Boolean)) {
    const [address = '', prefix] = entry.split('/')
    const family = isIP(address)
    if (family === 0) throw new Error(`Trusted proxy '${entry}' is not an address or range.`)
    if (prefix === undefined) list.addAddress(address, family === 6 ? 'ipv6' : 'ipv4')
    else list.addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Forwarding headers count only when they come from a trusted proxy, read from the right: the left end is the client's to forge. */
export function clientAddress(peer: string, forwardedFor: string | null, proxies: BlockList): string {
  let address = plain(peer)
  const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()))
  while (trusted(address, proxies)) {
    const next = hops.pop()
    if (next === undefined || isIP(next) === 0) break
    address = next
  }
  return address
}

const plain = (address: string): string => (address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address)

function trusted(address: string, proxies: BlockList): boolean {
  const family = isIP(address)
  return family !== 0 && proxies.check(address, family === 6 ? 'ipv6' : 'ipv4')
}
