#!/usr/bin/env bash
# Makes docs/images, the pictures of the README, from docs/warehouse: in English and, with -zh in their names, in Chinese.
# llmbench must be in PATH. A folder may be named for them, and LANGUAGES.
set -euo pipefail
cd "$(dirname "$0")/.."
images=${1:-docs/images}

# picture NAME RUN...: the chart of that kind.
picture() {
  local language suffix
  for language in ${LANGUAGES:-en zh}; do
    suffix=-$language; [ "$language" != en ] || suffix=
    llmbench plot "$@" --lang "$language" --size 1024x640 --dpi 115 -o "$images/$1$suffix.png" --warehouse docs/warehouse --quiet
  done
}

picture percentiles name=tp4 name=tp8
picture load sweep:grid
picture pareto sweep:grid
picture timeline overload
