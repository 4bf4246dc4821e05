#!/usr/bin/env bash
# What earlier nights left, on a branch of its own: history.sh restore FOLDER | history.sh keep FOLDER
# `keep` commits what is in FOLDER and pushes it; without the branch `restore` starts an empty one.
set -euo pipefail
command=$1 folder=$2 branch=${HISTORY_BRANCH:-history}
case $command in
  restore)
    rm -rf "$folder"
    git worktree prune
    if git fetch --quiet --depth 1 origin "$branch"; then
      git worktree add --quiet --force -B "$branch" "$folder" FETCH_HEAD
    else
      git worktree add --quiet --force --detach "$folder"
      git -C "$folder" checkout --quiet --orphan "$branch"
      git -C "$folder" rm --quiet -rf --ignore-unmatch .
    fi
    ;;
  keep)
    git -C "$folder" add --all
    git -C "$folder" diff --cached --quiet && { echo "nothing new"; exit 0; }
    git -C "$folder" -c user.name=night -c user.email=night@localhost commit --quiet -m "Night of $(date -u +%F)"
    git -C "$folder" push --quiet origin "HEAD:$branch"
    ;;
  *)
    echo "history.sh restore|keep FOLDER" >&2
    exit 2
    ;;
esac
