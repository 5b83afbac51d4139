export { ApiFailure, call, failureLabel, fileAddress, onSignedOut, send } from './client.ts'
export { useAction, useCall } from './hooks.ts'
