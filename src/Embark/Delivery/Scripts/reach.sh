# Tries to connect to each `HOST PORT` of $targets, all at once, and says how it went: `reach HOST PORT open|refused|silent|unknown`.
have() { command -v "$1" >/dev/null 2>&1; }
try() {
  if have bash; then
    said=$(timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1); code=$?
  elif have nc; then
    said=$(timeout 6 nc -w 5 "$1" "$2" </dev/null 2>&1); code=$?
  elif have curl; then
    said=$(timeout 6 curl -sS --noproxy '*' --connect-timeout 5 -m 1 "telnet://$1:$2" </dev/null 2>&1); code=$?
    [ $code != 28 ] || case $said in *onnect*) ;; *) code=0 ;; esac
  else echo unknown; return
  fi
  case $code-$said in
    0-*) echo open ;;
    *efused*) echo refused ;;
    *) echo silent ;;
  esac
}
{
  for target in $targets; do
    host=${target%/*} port=${target##*/}
    { echo "reach $host $port $(try "$host" "$port")"; } &
  done
  wait
}
exit 0
