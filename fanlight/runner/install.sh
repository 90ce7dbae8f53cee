# Installs an agent's requirements in a container of its own: install.sh FILE
#
# The container has the agent's image, and neither its secrets nor, with a wheel folder, a network.
set -eu
python=$(command -v python3 || command -v python) || {
  echo "the image has no Python; name another with runtime.custom_image" >&2
  exit 127
}
for uv in /fanlight/uv "$(command -v uv || :)"; do
  if [ -n "$uv" ] && "$uv" --version >/dev/null 2>&1; then
    "$uv" venv --quiet --allow-existing --python "$python" --system-site-packages /fanlight/environment
    exec "$uv" pip install --python /fanlight/environment/bin/python -r "$1"
  fi
done
# Ours is built for another C library than the image's, and it has none of its own.
if [ "$1" = pyproject.toml ]; then
  echo "uv does not start in this image, and pip reads no pyproject.toml: write a requirements.txt" >&2
  exit 127
fi
"$python" -m venv --system-site-packages /fanlight/environment
exec /fanlight/environment/bin/python -m pip install --no-cache-dir -r "$1"
