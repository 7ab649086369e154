using Embark.Delivery;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Firewall;

/// <summary>Tries paths from the VM, over its SSH session.</summary>
internal static class FromTheVm
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyDictionary<(string Host, int Port), Reached>> TryAsync(SshSession session, IReadOnlyList<(string Host, int Port)> targets, CancellationToken cancellationToken)
    {
        var script = new RemoteScript("try the ways from the VM", $"""
            targets={ShellQuote.Quote(string.Join(' ', targets.Select(t => $"{t.Host}/{t.Port.ToText()}")))}
            {ShellLibrary.Reach}
            """, Limit) { Failure = FailureClass.VmNotReady };
        var result = await session.RunAsync(script, cancellationToken);
        var answers = result.Output.Split('\n').Select(line => line.Split(' ')).Where(words => words is ["reach", _, _, _])
            .ToDictionary(words => $"{words[1]} {words[2]}", words => words[3], StringComparer.Ordinal);
        return targets.Distinct().ToDictionary(t => t, t => answers.GetValueOrDefault($"{t.Host} {t.Port.ToText()}") switch
        {
            "open" => Reached.Open,
            "refused" => Reached.Refused,
            "silent" => Reached.Silent,
            _ => Reached.Unknown,
        });
    }
}
