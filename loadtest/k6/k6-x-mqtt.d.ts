/** The part of grafana/xk6-mqtt that is used here; its types are not on the package registry. */
declare module 'k6/x/mqtt' {
  export class Client {
    constructor(options?: { readonly client_id?: string; readonly username?: string; readonly password?: string })
    connect(url: string, options?: { readonly keepalive?: number; readonly clean_session?: boolean }): void
    publishAsync(topic: string, payload: string, options?: { readonly qos?: 0 | 1 | 2 }): Promise<void>
    end(): void
    on(event: 'connect' | 'end', listener: () => void): void
    on(event: 'error', listener: (error: { readonly message: string; readonly method: string }) => void): void
  }
}
