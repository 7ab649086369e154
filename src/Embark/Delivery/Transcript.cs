using Embark.Kubernetes;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>
/// The "[SSH client] …" lines (sidecar-bootstrap 2.4): said before things happen in a dry run, and as they happen in a real one.
/// Safe for several writers: each line is one write.
/// </summary>
/// <param name="output">Standard error of the command line, as a rule.</param>
/// <param name="dryRun">True: "going to …", each after an empty line.</param>
public sealed class Transcript(TextWriter output, bool dryRun)
{
    /// <summary>The connection is about to be made.</summary>
    public void Connecting(SshTarget target) => Say("connect to", "connecting to", target.ToString());

    /// <summary>A command is about to run.</summary>
    public void Executing(IEnumerable<string> words) => Say("execute a command remotely:", "executing a command remotely:", Shown(words));

    /// <summary>A file is about to be copied.</summary>
    public void Copying(string path) => Say("copy into a remote file:", "copying into a remote file:", path);

    /// <summary>Content of the file just named; shown in a dry run only.</summary>
    public void Content(string text)
    {
        if (dryRun) output.Write(Printable.Lines(text.EndsWith('\n') ? text : text + "\n"));
    }

    /// <summary>The connection is about to be closed.</summary>
    public void Closing() => Say("close connection", "closing connection", "");

    /// <summary>Nothing would change (decision 10).</summary>
    public void NothingToChange() => output.Write("[SSH client] nothing to change\n");

    /// <summary>A line of prose, such as a closing note.</summary>
    public void Note(string text) => output.Write((dryRun ? "\n" : "") + Printable.Lines(text) + "\n");

    /// <summary>The token of a dry run: none exists (sidecar-bootstrap 6.3, form A).</summary>
    public static string TokenNotRequested(FileContent.WorkloadToken token) =>
        $"<token: not requested in a dry run; service account {token.ServiceAccount}, audience {token.Audience}, {(long)token.Lifetime.TotalSeconds} s>";

    /// <summary>A token that exists, by the only parts of it that may be seen (sidecar-bootstrap 6.3, form B).</summary>
    public static string TokenIssued(ServiceAccountToken token) =>
        $"<token: sha256:{token.Token.Sha256[..12]}, {token.Token.Length} bytes, expires {token.ExpiresAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}>";

    /// <summary>Placeholders stay readable; everything else is quoted as it will be.</summary>
    private static string Shown(IEnumerable<string> words) => string.Join(' ', words.Select(word =>
    {
        var known = Placeholder.Any().Replace(word, "0").Replace(Placeholder.Directory, "0", StringComparison.Ordinal);
        return known == ShellQuote.Quote(known) ? word : ShellQuote.Quote(word);
    }));

    private void Say(string going, string doing, string what)
    {
        var line = $"[SSH client] {(dryRun ? $"going to {going}" : doing)}{(what.Length > 0 ? " " : "")}{Printable.Text(what, int.MaxValue)}";
        output.Write(dryRun ? $"\n{line}\n" : $"{line}\n");
    }
}
