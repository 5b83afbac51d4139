import { useQuery } from '@tanstack/react-query'
import { operations } from '@twin/models/api'
import { AutoComplete } from 'antd'
import { useEffect, useRef } from 'react'
import { send, useCall } from '../api/index.ts'
import { useMay } from '../console/session.ts'
import { useText } from '../i18n/index.ts'
import type { ControlProps } from './field-control.tsx'
import { plain } from './plain.ts'

/** A department, written or chosen from those that people work in. */
export function DepartmentEditor({ value, onChange, id, disabled = false, placeholder }: ControlProps & { readonly placeholder?: string }) {
  const may = useMay('user:view')
  const users = useCall(operations.users, { query: { page: 1, size: 500 } }, { enabled: may })
  const known = [...new Set((users.data?.rows ?? []).flatMap(({ department }) => department ?? []))].toSorted()
  return (
    <AutoComplete
      id={id}
      style={{ width: '100%' }}
      value={plain(value)}
      disabled={disabled}
      {...(placeholder === undefined ? {} : { placeholder })}
      options={known.map((name) => ({ value: name }))}
      showSearch={{ filterOption: (text, option) => (option?.value ?? '').includes(text) }}
      onChange={(text: string) => onChange(text.trim() || null)}
    />
  )
}

interface Proposal {
  readonly department: string | null
  readonly from: { readonly id: string; readonly name: string; readonly nameEn: string | null } | null
}

/** The department that serves the chosen region, put in as long as nobody wrote another; says which region gave it. */
export function ProposedDepartment(props: ControlProps) {
  const { value, onChange, beside = {} } = props
  const { t, lang } = useText()
  const region = plain(beside['region'])
  const { data } = useQuery<Proposal>({
    queryKey: ['region', 'service-department', region],
    queryFn: async ({ signal }) => (await send('get', `/api/regions/${region}/service-department`, undefined, signal)) as Proposal,
    enabled: region !== '',
  })
  // What was put in last: what differs from it was written by hand and stays.
  const put = useRef<string | null>(null)
  const department = data?.department ?? null
  const written = value === null || value === undefined ? null : plain(value)
  useEffect(() => {
    if (data === undefined || (written !== null && written !== put.current && written !== department)) return
    put.current = department
    if (written !== department) onChange(department)
    // Only another region proposes anew.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [region, department, data === undefined])
  return (
    <>
      <DepartmentEditor {...props} />
      {region !== '' && data ? (
        <div className="muted" data-testid="department-from">
          {data.from
            ? t('rec.departmentFrom', { department: department ?? '', region: (lang === 'en' ? data.from.nameEn : null) ?? data.from.name })
            : t('rec.noDepartment')}
        </div>
      ) : null}
    </>
  )
}
