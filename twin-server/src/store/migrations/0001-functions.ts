/**
 * The fence. Its UPDATE locks the row, so a claim and a commit of one shard can never both pass (a plain epoch check in a WHERE can).
 * `tw_commit_fence` is the same for all shards of a commit at once, locked in one order; the last statement before COMMIT.
 */
export const functions = `
create function tw_fence_cas(p_shard int, p_stream text, p_epoch bigint, p_from bigint, p_to bigint) returns void language plpgsql as $$
begin
  update tw_fence set seq = p_to where shard = p_shard and stream = p_stream and epoch = p_epoch and seq = p_from;
  if not found then raise exception 'FENCED' using errcode = 'TW001', detail = format('shard %s stream %s', p_shard, p_stream); end if;
end $$;

create function tw_commit_fence(p_inc text, p_commits bigint, p_shards int[], p_streams text[], p_epochs bigint[], p_froms bigint[], p_tos bigint[])
returns void language plpgsql as $$
declare moved int;
begin
  with locked as materialized (
    select f.shard, f.stream, i.till
    from unnest(p_shards, p_streams, p_epochs, p_froms, p_tos) as i(shard, stream, epoch, since, till)
    join tw_fence f on f.shard = i.shard and f.stream = i.stream and f.epoch = i.epoch and f.seq = i.since
    order by f.shard, f.stream for update of f)
  update tw_fence f set seq = l.till from locked l where f.shard = l.shard and f.stream = l.stream;
  get diagnostics moved = row_count;
  if moved <> cardinality(p_shards) then
    raise exception 'FENCED' using errcode = 'TW001', detail = format('%s of %s fences moved', moved, cardinality(p_shards));
  end if;
  update tw_node set commits = p_commits where inc = p_inc and commits = p_commits - 1;
  if not found then raise exception 'FENCED' using errcode = 'TW001', detail = 'commit number out of order'; end if;
end $$;

create function tw_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'audit_log is append-only' using errcode = 'TW002';
end $$;
create trigger audit_log_append_only before update or delete on audit_log for each row execute function tw_append_only();
create trigger audit_log_no_truncate before truncate on audit_log for each statement execute function tw_append_only();
`
