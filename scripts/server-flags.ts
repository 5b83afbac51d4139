/**
 * Flags of Node for the server. What a message needs lives until its commit, some 50 ms: with the usual 16 MB the young generation is full
 * before that and survivors are copied again and again; with 32 MB a message costs a tenth less, with 64 MB nothing is won.
 */
export const serverFlags: readonly string[] = ['--max-semi-space-size=32']
