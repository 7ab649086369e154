using System.Text;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>The script that starts a delivered proxy on a VM without Embark: the same checks and the same way back as over SSH, but no bridge.</summary>
internal static class StartScript
{
    /// <summary>Stands in the manifest until the script knows what the image is there.</summary>
    public const string ImageName = "${EMBARK_IMAGE}";

    public static string From(Plan plan, ContainerSpec container)
    {
        var words = container.Options.Concat([ImageName]).Concat(container.Arguments).Select(word => Word(word, plan.Hash));
        var repository = ImageReference.RepositoryOf(container.Image);
        return $$"""
            #!/bin/sh
            # Starts the Istio proxy of WorkloadEntry {{plan.Workload}} on this VM. Made by Embark.
            # Run it as the account that shall run the proxy; it needs Docker. A proxy that Embark made before is replaced, and comes back
            # if the new one does not stay up. Nothing else on this machine is touched.
            {{ShellLibrary.Files}}
            {{ShellLibrary.Docker}}
            say() { printf '%s\n' "$*" >&2; }

            main() {
              set -u
              umask 077
              adopt={{(plan.Steps.OfType<PlanStep.RemoveContainer>().Any(r => r.Adopted) ? "1" : "")}}
              container={{ShellQuote.Quote(container.Name)}} ready_at={{container.Ports.Readiness.ToText()}} bridge_ready_at={{container.Ports.Beside.Readiness.ToText()}}
              image={{ShellQuote.Quote(container.Image)}}
              EMBARK_DIR=$(CDPATH= cd -- "$(dirname -- "$0")/../etc" && pwd -P) || stop "the directory etc beside $0 is missing"
              dir=$EMBARK_DIR
              check_place
              check_docker
              undo_leftovers
              if look "$container" && is_running && has_plan; then
                say "nothing to change: $container runs as it should"; exit 0
              fi
              pull
              replace
              note
              say "$container runs; readiness: curl -s -o /dev/null -w '%{http_code}' localhost:{{container.ReadinessPort}}/healthz/ready"
            }

            has_plan() { case $seen in *'"embark.plan": "{{plan.Hash}}"'*) ;; *) return 1 ;; esac; }

            check_place() {
              case $dir in *[!A-Za-z0-9/._-]*) stop "$dir: move the files to a path of letters, digits, '.', '_', '-' alone" ;; esac
              case $dir/ in /tmp/* | /var/tmp/*) stop "$dir is cleared now and then: move the files to a lasting place, such as your home" ;; esac
              [ "$(id -u)" != 0 ] || [ "${EMBARK_ALLOW_ROOT-}" ] || stop "run this as the account that shall run the proxy, not as root (EMBARK_ALLOW_ROOT=1 allows it)"
            {{Directories(plan)}}{{Files(plan)}}}

            check_docker() {
              command -v docker >/dev/null 2>&1 || stop "docker is not installed"
              docker_ 20 version --format '{{"{{json .}}"}}' >/dev/null 2>&1 || stop "no Docker server answers $(id -un): is it running, and is this account in the group docker?"
              if look "$container" && ! is_ours && [ ! "$adopt" ]; then
                stop "a container $container is there that Embark did not make: remove or rename it"
              fi
            }

            # What is left of a run that was cut off is undone first.
            undo_leftovers() { if [ -d "$dir/previous" ] || look "$container.old"; then roll_back; fi; }

            pull() {
              docker_ 1100 pull "$image" >/dev/null || say "the image $image cannot be pulled; going on with the one that is here"
              found=$(docker_ 20 image inspect "$image") || stop "the image $image is not here; nothing was changed"
              {{(container.RunByTag ? "EMBARK_IMAGE=$image" : $$"""
              EMBARK_IMAGE=$(printf '%s' "$found" | sed -n 's|^ *"\(docker.io/\)\{0,1\}{{Pattern(repository)}}@\(sha256:[0-9a-f]\{64\}\)",\{0,1\}$|{{repository}}@\2|p' | head -n 1)
              [ "$EMBARK_IMAGE" ] || EMBARK_IMAGE=$(printf '%s' "$found" | sed -n 's/^ *"Id": "\(sha256:[0-9a-f]*\)".*/\1/p' | head -n 1)
              """.Replace("\n", "\n  ", StringComparison.Ordinal))}}
              [ "$EMBARK_IMAGE" ] || stop "the image $image has neither a digest nor an id here; nothing was changed"
            }

            replace() {
              own_directory "$dir/previous" 0700
              if look "$container"; then retire "$container"; fi
              look "$container.old" || : >"$dir/previous/.starts" || exit 1
              started=$(run) && { watch_container "$container" 3 >/dev/null; [ "$good" ]; } || failed
              conclude
            }

            failed() {
              say "the new proxy did not stay up; its last lines:"
              docker_ 20 logs --tail 20 "$container" >&2
              roll_back
              stop "rolled back: what ran before runs again"
            }

            run() {
              docker_ 900 run -d {{string.Join(' ', words)}}
            }

            # The record by which Embark knows later what is here.
            note() {
              [ -f "$dir/manifest.json" ] || return 0
              sed -e "s|\${EMBARK_DIR}|$dir|g" -e "s|\${EMBARK_IMAGE}|$EMBARK_IMAGE|g" "$dir/manifest.json" >"$dir/.manifest" && chmod 0640 "$dir/.manifest" && mv -f "$dir/.manifest" "$dir/manifest.json"
            }

            main "$@"; exit $?

            """;
    }

    /// <summary>A word whose placeholders the script fills in; the rest stays literal inside double quotes.</summary>
    private static string Word(string word, string hash)
    {
        var known = word.Replace($"sha256:{Placeholder.Plan}", hash, StringComparison.Ordinal);
        if (known == ImageName) return "\"$EMBARK_IMAGE\"";
        if (!Placeholder.Any().IsMatch(known) && !known.Contains(Placeholder.Directory, StringComparison.Ordinal)) return ShellQuote.Quote(known);
        const string Mark = "\u0001";
        var literal = new StringBuilder();
        foreach (var c in known.Replace(Placeholder.Directory, Mark, StringComparison.Ordinal))
            literal.Append(c is '$' or '`' or '"' or '\\' ? $"\\{c}" : c.ToString());
        var text = Placeholder.AnyGid().Replace(literal.ToString().Replace(Placeholder.Uid, "$(id -u)", StringComparison.Ordinal), "$(id -g)");
        return $"\"{text.Replace(Mark, Placeholder.Directory, StringComparison.Ordinal)}\"";
    }

    private static string Directories(Plan plan) => string.Concat(plan.Steps.OfType<PlanStep.EnsureDirectory>()
        .Select(d => $"  own_directory {Word(d.Path, plan.Hash)} {d.Mode.Octal()}\n"));

    private static string Files(Plan plan) => string.Concat(plan.Steps.OfType<PlanStep.WriteFile>().Where(f => f.Content is not FileContent.Manifest)
        .Select(f => $"  {{ [ -f {Word(f.Path, plan.Hash)} ] && [ ! -L {Word(f.Path, plan.Hash)} ] && chmod {f.Mode.Octal()} {Word(f.Path, plan.Hash)}; }} || stop {Word(f.Path + " is missing", plan.Hash)}\n"));

    /// <summary>A repository as a basic regular expression; Docker writes docker.io's without that name.</summary>
    private static string Pattern(string repository)
    {
        var familiar = repository.StartsWith("docker.io/", StringComparison.Ordinal) ? repository["docker.io/".Length..] : repository;
        return familiar.Replace(".", "\\.", StringComparison.Ordinal);
    }
}
