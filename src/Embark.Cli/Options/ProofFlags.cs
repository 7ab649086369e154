using System.CommandLine;
using Embark.Checks;

namespace Embark.Cli.Options;

/// <summary>How much is proved.</summary>
internal sealed class ProofFlags
{
    private readonly Option<Uri?> _from = Flag.Parsed<Uri?>("--from", "URL", "page of a workload in the mesh that needs the VM: it is fetched, and the VM must be asked", [], ParseUrl);
    private readonly Option<bool> _require = Flag.Switch("--require-proof", "what could not be proved counts as failed (exit code 11)");
    private readonly Option<bool> _none = Flag.Switch("--no-proof", "end when the proxy stays up; do not prove that it joined");
    private readonly Option<TimeSpan?> _watch = Flag.Duration("--watch", "how long everything must stay right, such as 60s; a control plane that is lost shows only in time");
    private readonly bool _optional;

    /// <param name="command">Gets the flags.</param>
    /// <param name="optional">True where the proof can be left out.</param>
    public ProofFlags(Command command, bool optional)
    {
        _optional = optional;
        command.Add(_from);
        command.Add(_require);
        command.Add(optional ? _none : _watch);
    }

    /// <summary>Null: nothing shall be proved.</summary>
    public ProofOptions? Read(ParseResult parsed, List<string> errors)
    {
        var (from, require) = (parsed.GetValue(_from), parsed.GetValue(_require));
        var watch = _optional ? null : parsed.GetValue(_watch);
        if (watch < TimeSpan.Zero) errors.Add("--watch must not be negative");
        if (!_optional || !parsed.GetValue(_none)) return new ProofOptions { From = from, RequireProof = require, Calm = watch ?? TimeSpan.Zero };
        if (from is not null) errors.Add("use either --from or --no-proof but not both");
        if (require) errors.Add("use either --require-proof or --no-proof but not both");
        return null;
    }

    private static Uri ParseUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 ? url : throw new FormatException("want a URL such as http://host:port/path");
}
