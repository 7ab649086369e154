# Asks a web page with whatever tool there is.
have() { command -v "$1" >/dev/null 2>&1; }

# fetch ADDRESS PORT PATH HOST: the answer as it came, head and all; nothing where none came.
raw() { printf 'GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: embark\r\nConnection: close\r\n\r\n' "$1" "$2"; }
fetch() {
  {
    case $1 in *:*) url="http://[$1]:$2$3" ;; *) url="http://$1:$2$3" ;; esac
    if have curl; then curl -sgi --raw --noproxy '*' --connect-timeout 3 -m 8 -A embark -H "Host: $4" "$url"
    elif have bash; then raw "$3" "$4" | timeout 8 bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit 1; cat >&3; cat <&3' "$1" "$2"
    elif have busybox && busybox nc --help 2>&1 | grep -q '^Usage'; then raw "$3" "$4" | timeout 8 busybox nc "$1" "$2"
    elif have nc; then raw "$3" "$4" | timeout 8 nc "$1" "$2"
    elif have wget; then wget -q --save-headers --content-on-error --no-proxy -T 8 -t 1 --header "Host: $4" -O - "$url"
    fi
  } 2>/dev/null </dev/null | head -c 700000
}

# reach ADDRESS PORT: what a TCP connection meets: open, refused, unreachable, unknown (a name), dropped; nothing where no tool can tell.
reach() {
  if have bash; then said=$(LC_ALL=C timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1 </dev/null); ended=$?
  elif have curl; then said=$(LC_ALL=C curl -sSv --noproxy '*' --connect-timeout 5 -m 6 "telnet://$1:$2" 2>&1 </dev/null); ended=$?
    case $said in *'Connected to'*) ended=0 ;; *) [ $ended != 28 ] || ended=124 ;; esac
  else return 0
  fi
  case $ended:$said in
    0:*) echo open ;;
    124:*) echo dropped ;;
    *refused*) echo refused ;;
    *unreachable* | *'No route to host'*) echo unreachable ;;
    *'not known'* | *'failure in name'* | *'not resolve'*) echo unknown ;;
    *'timed out'*) echo dropped ;;
  esac
}
