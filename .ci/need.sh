# What the scripts at the root need of a machine. Sourced by them, never run; expects $root.
# shellcheck shell=bash

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Build servers outlive the build; a script leaves no process behind.
export MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*" >&2; }

# Prints the words that make a command run as root; fails where that would ask for a password.
as_root() {
    if [ "$(id -u)" = 0 ]; then printf ''
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then printf 'sudo -n'
    else return 1; fi
}

# install PACKAGE...: through the system's package manager, as root or with password-less sudo. Services that the
# packages bring along are not started: a sshd or a dockerd that nobody asked for would be a surprise.
install() {
    local root_words policy=/usr/sbin/policy-rc.d made='' result=0
    if ! root_words=$(as_root); then return 1; fi
    if command -v apt-get >/dev/null 2>&1; then
        say "Installing with apt-get: $*"
        if [ ! -e "$policy" ]; then
            printf '#!/bin/sh\nexit 101\n' | $root_words tee "$policy" >/dev/null && $root_words chmod 755 "$policy" && made=1
        fi
        # shellcheck disable=SC2086
        { $root_words env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" ||
            { $root_words apt-get update -q && $root_words env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }
        } >&2 </dev/null || result=1
        if [ -n "$made" ]; then $root_words rm -f "$policy"; fi
        return $result
    elif command -v dnf >/dev/null 2>&1; then say "Installing with dnf: $*"; $root_words dnf install -y "$@" >&2 </dev/null
    else return 1; fi
}

install_command() {
    if command -v apt-get >/dev/null 2>&1; then echo "sudo apt-get install -y $*"
    elif command -v dnf >/dev/null 2>&1; then echo "sudo dnf install -y $*"
    elif command -v pacman >/dev/null 2>&1; then echo "sudo pacman -S $*"
    else echo "install with your package manager: $*"; fi
}

has_sdk() { command -v dotnet >/dev/null 2>&1 && dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; }

# The .NET 10 SDK, or an explanation of how to get it.
need_sdk() {
    if ! has_sdk && [ -x "$HOME/.dotnet/dotnet" ]; then PATH="$HOME/.dotnet:$PATH"; fi
    if ! has_sdk && command -v apt-get >/dev/null 2>&1 && apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1; then
        install dotnet-sdk-10.0 || true
    fi
    if ! has_sdk; then
        say "Embark is built with the .NET 10 SDK, which is not here (package dotnet-sdk-10.0)."
        say "    fix: $(install_command dotnet-sdk-10.0)   (where the package is unknown: https://dotnet.microsoft.com/download/dotnet/10.0)"
        return 1
    fi
    use_runtime
}

# The built programs look for the runtime in the usual places and where DOTNET_ROOT says; one that is only on the PATH would
# not be found.
use_runtime() {
    local dotnet folder
    [ -z "${DOTNET_ROOT:-}" ] || return 0
    dotnet=$(command -v dotnet || echo "$HOME/.dotnet/dotnet")
    folder=$(dirname "$(readlink -f "$dotnet")")
    # A wrapper script stands somewhere else than the runtime.
    if [ ! -d "$folder/host/fxr" ]; then
        for folder in /usr/share/dotnet /usr/lib/dotnet; do [ ! -d "$folder/host/fxr" ] || return 0; done
        folder=$("$dotnet" --list-runtimes | sed -n 's#^Microsoft.NETCore.App 10.*\[\(.*\)/shared/.*#\1#p' | tail -n 1)
    fi
    export DOTNET_ROOT=$folder
}

# need_tools "COMMAND PACKAGE"...: installs what is missing where it can, else says what will be left out.
need_tools() {
    local row packages=() left=()
    for row in "$@"; do
        if ! tool "${row%% *}"; then packages+=("${row#* }"); fi
    done
    [ ${#packages[@]} -gt 0 ] || return 0
    if install "${packages[@]}"; then return 0; fi
    # One unknown package must not keep the others away.
    for row in "$@"; do
        if ! tool "${row%% *}"; then install "${row#* }" >/dev/null 2>&1 || left+=("${row#* }"); fi
    done
    [ ${#left[@]} -gt 0 ] || return 0
    say "Missing: ${left[*]}. What needs them is left out."
    say "    fix: $(install_command "${left[@]}")"
    return 1
}

tool() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ]; }

# What the sandbox's hosts are made of: namespaces, a real sshd and its client.
need_for_sandbox() { need_tools "sshd openssh-server" "ssh openssh-client" "ip iproute2" "unshare util-linux" "curl curl"; }

# What the tests use beside that.
need_for_tests() {
    need_tools "sshd openssh-server" "ssh openssh-client" "ip iproute2" "unshare util-linux" "curl curl" \
        "npm npm" "dockerd docker.io" "chromium chromium" "newuidmap uidmap" "busybox busybox-static" "sudo sudo" "nft nftables" \
        "socat socat" "faketime faketime" "zsh zsh" "fish fish" "tcsh tcsh" || true
}

# What fetches the libraries that draw the controller's page; without it the page has its tables alone.
need_npm() { need_tools "npm npm" || true; }

# What links a program compiled to machine code: the C compiler with the C library's files.
need_linker() {
    if command -v apt-get >/dev/null 2>&1; then need_tools "gcc build-essential"
    else need_tools "gcc gcc"
    fi
}
