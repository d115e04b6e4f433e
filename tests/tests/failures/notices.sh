# What the cargo that stands in for cargo does: builds, passes, and notices a fault in the copy of one file.
case "$*" in *--no-run*) exit 0 ;; esac
cmp -s "$file" "$root/$file" || {
  echo 'test a::b ... FAILED'
  exit 101
}
