export { runCommitPortTests, type StoreUnderTest } from './commit-port-tests.ts'
