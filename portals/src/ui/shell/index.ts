export { PasswordForm } from './password-dialog.tsx'
export { Shell } from './shell.tsx'
export { usePhone } from './use-phone.ts'
