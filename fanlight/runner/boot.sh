# The first process of an agent's container: boot.sh SECONDS COMMAND...
#
# A first process gets no signal that it has no handler for, so an agent cannot be one: this one passes SIGTERM
# on to everything, reaps what is orphaned, and ends with the agent's exit code. With it the kernel ends all.
# After SECONDS (0: never) it ends by itself, for a runner that was killed cannot.
life=$1
shift

trap 'interrupted=1; kill -TERM -1' TERM
if [ "$life" != 0 ]; then
  (sleep "$life" && kill -KILL -1) >/dev/null 2>&1 &
fi
"$@" &
agent=$!
while :; do
  interrupted=
  wait "$agent"
  code=$?
  [ "$interrupted" ] || break
done

# Engines differ in whether they tell of these, or tell at all: the kernel's own counts do not.
counted() { [ -r "$1" ] && grep -q "^$2 [1-9]" "$1"; }
groups=/sys/fs/cgroup
if counted $groups/memory.events oom_kill || counted $groups/memory/memory.oom_control oom_kill; then
  echo memory >/fanlight/ending/reason
elif counted $groups/pids.events max || counted $groups/pids/pids.events max; then
  echo processes >/fanlight/ending/reason
fi
exit "$code"
