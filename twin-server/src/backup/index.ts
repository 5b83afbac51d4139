export { baseCopy, type BaseCopy, type BaseCopyOptions, type BaseCopyProgress, type CopiedFile } from './base-copy.ts'
