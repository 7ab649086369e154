using System.Globalization;
using System.Text;
using Embark.Kubernetes;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>The scripts of one delivery. Each is harmless to cut and to repeat; values reach them through <see cref="Ssh.ShellQuote"/> only.</summary>
/// <param name="directory">The directory on the VM.</param>
/// <param name="container">Name of the proxy's container; null where files alone are brought.</param>
/// <param name="adopt">Whether a container of that name without our label may be taken over.</param>
internal sealed class RemoteSteps(string directory, string? container, bool adopt)
{
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(4);

    /// <summary>A large image over a slow link.</summary>
    private static readonly TimeSpan PullLimit = TimeSpan.FromMinutes(20);

    private const int PullSeconds = 1100;

    /// <summary>How long a proxy must stay up without a restart to count as running (decision 15).</summary>
    public int SecondsUp { get; init; } = 3;

    /// <summary>Ports of the proxy under its own name.</summary>
    public AgentPorts Ports { get; init; } = AgentPorts.Standard;

    public bool WithDocker => container is not null;

    private string Files => $"{ShellLibrary.Files}\ndir={Ssh.ShellQuote.Quote(directory)}\n";

    private string Docker =>
        $"{Files}{ShellLibrary.Docker}\ncontainer={Ssh.ShellQuote.Quote(container!)}\nadopt={(adopt ? "1" : "")} ready_at={Ports.Readiness.ToText()} bridge_ready_at={Ports.Beside.Readiness.ToText()}\n";

    /// <summary>Makes the directories and brings the files to <c>next/</c>; nothing that is in use is touched but modes that are too wide.</summary>
    public RemoteScript Stage(IEnumerable<PlanStep.EnsureDirectory> directories, IReadOnlyList<StagedFile> files) =>
        Staging("stage the files", OwnFiles.Next, directories, files);

    public RemoteScript StageBridge(IEnumerable<PlanStep.EnsureDirectory> directories, IReadOnlyList<StagedFile> files) =>
        Staging("stage the files of the bridge", OwnFiles.Bridge, directories, files);

    private RemoteScript Staging(string title, string scratch, IEnumerable<PlanStep.EnsureDirectory> directories, IReadOnlyList<StagedFile> files)
    {
        var body = new StringBuilder(Files);
        body.Append(CultureInfo.InvariantCulture, $"own_directory \"$dir\" 0750\nfresh \"$dir/{scratch}\" {Names(files.Select(f => f.Name))}\n");
        foreach (var made in directories)
            body.Append(CultureInfo.InvariantCulture, $"own_directory {Ssh.ShellQuote.Quote(made.Path)} {Octal(made.Mode)}\n");
        foreach (var file in files)
            body.Append(file.Write($"{directory}/{scratch}/{file.Name}"));
        // What cannot be staged (disk full, quota, read-only) was found before anything changed: the VM is not ready.
        return new RemoteScript(title, body.ToString(), Short) { Secrets = [.. files.Select(f => f.Secret).OfType<Secret>().Distinct()], Failure = FailureClass.VmNotReady };
    }

    /// <summary>Pulls, and says what is there now: <c>pulled yes|no</c>, and <c>text</c> and <c>image</c> as base64.</summary>
    public RemoteScript Pull(string image)
    {
        var quoted = Ssh.ShellQuote.Quote(image);
        var body = $$"""
            {{Docker}}
            have() { docker_ 20 image inspect {{quoted}} 2>/dev/null; }
            pulled=yes text=
            {{(image.Contains('@', StringComparison.Ordinal) ? "have >/dev/null ||" : "")}} text=$(docker_ {{PullSeconds}} pull {{quoted}} 2>&1) || pulled=no
            printf 'pulled %s\ntext %s\nimage %s\n' "$pulled" "$(printf '%s' "$text" | tail -c 4096 | base64 | tr -d '\n')" "$(have | base64 | tr -d '\n')"
            """;
        return new RemoteScript("pull the image", body, PullLimit);
    }

    /// <summary>Starts a container and watches it; the answer is that of <c>watch_container</c>.</summary>
    public RemoteScript StartBridge(ContainerSpec bridge, string image, IEnumerable<string> listeners) =>
        new("start the bridge", $"""
            {Docker}
            remove_container {Ssh.ShellQuote.Quote(bridge.Name)}
            must=; if is_ready "$ready_at"; then must=1; fi
            wanted_listeners {Ports.Admin.ToText()} {Names(listeners)}
            {Run(bridge, image, Ports.Beside)}
            """, Long);

    /// <summary>Stops the proxy and takes its name away.</summary>
    public RemoteScript Retire() => new("set the old proxy aside", $"{Docker}retire \"$container\"\n", Long);

    /// <summary>Moves the files into place and starts the proxy under its name.</summary>
    public RemoteScript Start(ContainerSpec proxy, string image, IEnumerable<string> removed, IEnumerable<string> installed, IEnumerable<string> listeners) =>
        new("start the proxy", $"""
            {Docker}
            own_directory "$dir/previous" 0700
            look "$container.old" || : >"$dir/previous/.starts" || exit 1
            set_aside {Names(removed)}
            install_files {Names(installed)}
            must=; if [ -f "$dir/previous/.ready" ]; then must=1; fi
            wanted_listeners {Ports.Beside.Admin.ToText()} {Names(listeners)}
            {Run(proxy, image, Ports)}
            """, Long);

    /// <summary>Moves the files into place where no container is wanted.</summary>
    public RemoteScript Install(IEnumerable<string> removed, IEnumerable<string> installed) =>
        new("move the files into place", $"{Files}set_aside {Names(removed)}\ninstall_files {Names(installed)}\n", Short);

    public RemoteScript Watch(string name) =>
        new("watch the proxy", $"{Docker}watch_container {Ssh.ShellQuote.Quote(name)} {SecondsUp}\n", Long);

    /// <summary>Writes the manifest and clears everything that was only needed on the way.</summary>
    public RemoteScript Conclude(byte[]? manifest) =>
        new("finish", $"{(WithDocker ? Docker : Files)}{Manifest(manifest)}{(WithDocker ? "conclude" : "forget")}\n", Long);

    /// <summary>Finishes a replacement that another run left half done although its new proxy is good; the next plan writes the manifest.</summary>
    public RemoteScript FinishLeftOver() => new("finish what an earlier run began", $"{Docker}conclude\n", Long);

    /// <summary>Goes back to what was there. It must run although something before it failed.</summary>
    public RemoteScript RollBack() =>
        new("roll back", WithDocker ? $"{Docker}roll_back\n" : $"{Files}restore_files\nforget\n", Long) { OnlyIfAllBeforeSucceeded = false };

    /// <summary>States of our three containers, for a message.</summary>
    public RemoteScript Describe() =>
        new("look at the containers", $"{Docker}docker_ 20 inspect --type container \"$container\" \"$container.old\" \"$container.bridge\" 2>/dev/null; exit 0\n", Short)
        { OnlyIfAllBeforeSucceeded = false };

    public RemoteScript RemoveContainer(string name, bool force) =>
        new($"remove the container {name}", $"""
            {Docker}
            name={Ssh.ShellQuote.Quote(name)}
            look "$name" || exit 0
            if ! is_ours && [ ! "$adopt" ]; then echo foreign; exit 0; fi
            {(force ? "" : "! is_running || docker_ 60 stop \"$name\" >/dev/null || exit 1")}
            docker_ 60 rm --force "$name"
            """, Long);

    /// <summary>Removes files of ours and, when they are empty then, directories; what is foreign stays. Says <c>kept NAME</c> for a directory that is not empty, <c>denied NAME</c> for one that is, and that this user may not remove.</summary>
    public RemoteScript RemovePaths(IEnumerable<string> paths) =>
        new("remove the files", $$"""
            {{Files}}
            if [ -d "$dir" ] && [ ! -L "$dir" ]; then forget; fi
            for path in {{Ssh.ShellQuote.Join(paths)}}; do
              parent=${path%/*}
              if [ -L "$parent" ] || [ ! -d "$parent" ]; then continue; fi
              if [ -L "$path" ] || [ -f "$path" ]; then rm -f "$path" || exit 1
              elif [ -d "$path" ]; then if rmdir "$path" 2>/dev/null; then :; elif [ "$(ls -A "$path" 2>/dev/null)" ] || [ ! -r "$path" ]; then echo "kept $path"; else echo "denied $path"; fi
              fi
            done
            # The lock is the session's, and goes with the last entry; who waits for it notices (SessionShell).
            if [ -z "$(ls -A "$HOME/.embark" | grep -vx -e lock -e lease)" ]; then rm -f "$HOME/.embark/lock" "$HOME/.embark/lease"; rmdir "$HOME/.embark"; fi
            """, Short);

    // A proxy that replaces one that was ready must get ready itself; where nothing was, it is enough that it stays up.
    private string Run(ContainerSpec spec, string image, AgentPorts ports) =>
        $$"""
        run() { docker_ 900 {{Ssh.ShellQuote.Join(spec.Command(image).Skip(1))}}; }
        printf 'id '; run || exit 1
        watch_container {{Ssh.ShellQuote.Quote(spec.Name)}} {{SecondsUp}} ${must:+{{ports.Readiness.ToText()}} {{ports.Admin.ToText()}}}

        """;

    private string Manifest(byte[]? manifest) => manifest is null ? "" :
        $"own_directory \"$dir\" 0750\n{RemoteFile.Write($"{directory}/{OwnFiles.Manifest}", Mode0640, manifest)}";

    private const UnixFileMode Mode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private static string Names(IEnumerable<string> names) => Ssh.ShellQuote.Join(names);

    private static string Octal(UnixFileMode mode) => "0" + Convert.ToString((int)mode, 8);
}
