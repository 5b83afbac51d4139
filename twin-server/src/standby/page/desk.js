// The page of a site: what it is, where the service is, and how to move it. Plain script: it must work where nothing else does.
const roles = {
  starting: ['正在启动', 'Starting'],
  serving: ['本站点正在提供服务', 'This site serves'],
  standby: ['备用站点：数据随主站点更新，不提供服务', 'Standby site: the data follows, nothing is served'],
  moved: ['服务已切换到另一站点，本站点不再写入', 'The service moved to the other site; nothing is written here'],
  waiting: ['正在等待另一站点应答：可能已由它接管', 'Waiting for the other site: it may have taken over'],
}
const steps = {
  stopping: ['正在停止原位置', 'Stopping the old place'],
  replaying: ['正在等待全部数据到达', 'Waiting for the last data'],
  promoting: ['正在启用数据库', 'The database becomes writable'],
  starting: ['正在启动服务', 'Starting the service'],
  done: ['已完成', 'Done'],
}
const kinds = {
  site: ['切换到本备用站点', 'Switch over to this standby site'],
  network: ['切换到备用网络', 'Switch over to the other network'],
  alone: ['对方确已停用，由本站点继续服务', 'The other site is out of service: serve here'],
}
const $ = (id) => document.getElementById(id)
const both = ([zh, en]) => `${zh} ${en}`
const when = (at) => (at === null || at === undefined ? '–' : new Date(at).toLocaleString('zh-CN', { hour12: false }))
const span = (ms) => {
  if (ms === null) return '–'
  const s = ms / 1000
  return s < 120 ? `${s.toFixed(1)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`
}
const facts = (list, rows) => {
  list.replaceChildren(
    ...rows.flatMap(([name, value, tone]) => {
      const [dt, dd] = [document.createElement('dt'), document.createElement('dd')]
      dt.textContent = name
      dd.textContent = value
      if (tone) dd.className = tone
      return [dt, dd]
    }),
  )
}

function siteFacts(view) {
  const rows = [['站点纪元 Site epoch', String(view.epoch)]]
  if (view.peer) {
    const role = view.peer.role ? both(roles[view.peer.role]) : '没有应答 No answer'
    rows.push(['另一站点 Other site', `${view.peer.name ?? view.peer.url}: ${role}`, view.peer.role ? '' : 'bad'])
    rows.push(['最近应答 Last answer', when(view.peer.heardAt)])
  }
  const { protection: p, receiving: r, known } = view
  if (p) {
    rows.push([
      '数据保护 Protection',
      p.protected
        ? '每次确认前已写入两个站点 On both sites before it is acknowledged'
        : '未受保护：备用站点不在 Not protected: the standby is away',
      p.protected ? 'good' : 'bad',
    ])
    rows.push(['备用站点落后 Standby behind by', p.connected ? `${p.behindBytes} B` : '未连接 Not connected', p.connected ? '' : 'bad'])
  }
  if (r) {
    rows.push(['接收数据 Receiving', r.streaming ? '是 Yes' : '否 No', r.streaming ? 'good' : 'bad'])
    rows.push(['最新数据 Newest data', when(r.newestAt)])
    if (known)
      rows.push([
        '数据保护 Protection',
        known.protected ? `完整 Complete (${known.policy})` : '可能缺少数据 Data may be missing',
        known.protected ? 'good' : 'bad',
      ])
  }
  if (view.copying)
    rows.push(['正在复制 Copying', `${(view.copying.bytes / 1e6).toFixed(0)} / ${(view.copying.totalBytes / 1e6).toFixed(0)} MB`])
  for (const { url, serves } of view.networks) rows.push(['网络 Network', `${url}${serves ? ' · 服务中 serving' : ''}`])
  if (view.order) rows.push(['正在执行 Under way', `${both(kinds[view.order.kind])} · ${view.step ? both(steps[view.step]) : ''}`])
  facts($('facts'), rows)
}

function moveCard(move) {
  const card = document.createElement('div')
  card.className = 'move'
  card.dataset.testid = 'move'
  const title = document.createElement('strong')
  const verdict = move.passed === null ? '计时中 Measuring' : move.passed ? '30 分钟内完成：合格 Passed' : '超过 30 分钟：不合格 Failed'
  title.textContent = `${move.drill ? '演练 Drill · ' : ''}${move.from} → ${move.to} · ${verdict}`
  title.className = move.passed === null ? '' : move.passed ? 'good' : 'bad'
  const list = document.createElement('dl')
  const after = (at, what) => (at === null ? '–' : `${when(at)} (+${span(at - move.orderedAt)}) ${what ?? ''}`)
  facts(list, [
    ['指令 Order', `${when(move.orderedAt)} · ${move.orderedBy} · ${move.reason}`],
    ['原位置停止 Old place stopped', after(move.stoppedAt)],
    ['服务启动 Service up', after(move.readyAt)],
    ['首次登录 First sign-in', after(move.signInAt, move.signIn)],
    ['首个实时值 First live value', after(move.liveAt, move.live)],
    ['首个指令或工单 First order', after(move.orderAt, move.firstOrder)],
    ['用时 Duration', span(move.durationMs)],
    [
      '已确认数据 Acknowledged data',
      move.complete ? '完整 Complete' : `${when(move.missingFrom)} 起可能缺失 May be missing from then on`,
      move.complete ? 'good' : 'bad',
    ],
  ])
  card.append(title, list)
  return card
}

let shownKinds = ''
function orderForm(view) {
  const offered = { standby: ['site'], serving: view.networks.length > 1 ? ['network'] : [], waiting: ['alone'] }[view.role] ?? []
  $('order').hidden = offered.length === 0 || view.order !== null
  $('forceLine').hidden = view.role !== 'standby'
  if (shownKinds === offered.join()) return
  shownKinds = offered.join()
  $('order').elements.kind.replaceChildren(...offered.map((kind) => new Option(both(kinds[kind]), kind)))
}

async function show() {
  try {
    const view = await (await fetch('/api/standby')).json()
    $('name').textContent = view.name
    $('role').textContent = both(roles[view.role])
    $('go').hidden = view.servedAt === null
    $('link').href = view.servedAt ?? ''
    $('link').textContent = `前往服务 Go to the service: ${view.servedAt}`
    $('problem').hidden = view.problem === null
    $('problem').textContent = view.problem ?? ''
    siteFacts(view)
    orderForm(view)
    if (view.moves.length === 0)
      $('moves').textContent = view.role === 'moved' ? '记录在提供服务的站点 They are kept at the site that serves' : '尚无记录 None yet'
    else $('moves').replaceChildren(...view.moves.map(moveCard))
  } catch {
    $('role').textContent = '无法连接，正在重试 Not reachable, trying again'
  }
}

$('order').addEventListener('submit', async (event) => {
  event.preventDefault()
  const form = event.target
  const button = form.querySelector('button')
  button.disabled = true
  const { kind, reason, username, password, drill, force } = form.elements
  try {
    const answer = await fetch('/api/standby/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: kind.value,
        reason: reason.value,
        username: username.value,
        password: password.value,
        drill: drill.checked,
        force: force.checked,
      }),
    })
    const body = await answer.json()
    $('said').textContent = answer.ok ? '已下达 Given' : `${body.error.message.zh} ${body.error.message.en}`
    if (answer.ok) form.reset()
  } catch {
    $('said').textContent = '未能下达，请重试 Not given, try again'
  }
  button.disabled = false
  await show()
})
await show()
setInterval(show, 1000)
