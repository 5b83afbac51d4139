import { keepPreviousData, useMutation, useQuery, useQueryClient, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query'
import type { Operation } from '@twin/models/api'
import { App } from 'antd'
import type { z } from 'zod'
import { useText } from '../i18n/index.ts'
import { call, type CallInput, failureLabel } from './client.ts'

interface CallOptions {
  readonly enabled?: boolean
  /** ms between refreshes while the page is visible. */
  readonly every?: number
  /** Shows the previous rows while the next page loads. */
  readonly keep?: boolean
  /** ms for which a result is not asked for again. */
  readonly fresh?: number
}

/** A read: cached by operation and input. */
export function useCall<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  operation: Operation<P, Q, B, R>,
  input: CallInput<P, Q, B>,
  options: CallOptions = {},
): UseQueryResult<z.output<R>> {
  return useQuery<z.output<R>>({
    queryKey: [operation.path, input],
    queryFn: ({ signal }) => call(operation, input, signal),
    ...(options.enabled === undefined ? {} : { enabled: options.enabled }),
    ...(options.every === undefined ? {} : { refetchInterval: options.every }),
    ...(options.fresh === undefined ? {} : { staleTime: options.fresh }),
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
  })
}

interface ActionOptions {
  /** Shown on success. */
  readonly done?: string
  /** Reads to refresh afterwards. */
  readonly refresh?: readonly { readonly path: string }[]
  /** The page shows the failure itself. */
  readonly quiet?: boolean
}

/** A change: says that it worked, or why not, and refreshes what it touches. */
export function useAction<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  operation: Operation<P, Q, B, R>,
  options: ActionOptions = {},
): UseMutationResult<z.output<R>, Error, CallInput<P, Q, B>> {
  const client = useQueryClient()
  const { message } = App.useApp()
  const { label } = useText()
  return useMutation<z.output<R>, Error, CallInput<P, Q, B>>({
    mutationFn: (input) => call(operation, input),
    onSuccess: async () => {
      if (options.done) void message.success(options.done)
      await Promise.all((options.refresh ?? []).map(({ path }) => client.invalidateQueries({ queryKey: [path] })))
    },
    onError: (error) => {
      if (!options.quiet) void message.error(label(failureLabel(error)))
    },
  })
}
