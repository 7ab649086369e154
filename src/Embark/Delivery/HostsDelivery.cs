using System.Text;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>Has the VM's root keep names in <c>/etc/hosts</c>, by the one script that the SSH user may run as root (decision 28).</summary>
internal sealed class HostsDelivery(SshSession session, Transcript transcript, CancellationToken forced)
{
    public const string Tool = "/usr/local/sbin/embark-hosts";

    /// <summary>What hosts.sh ends with where the script is missing, or may not be run.</summary>
    private const int NoTool = 40, NoRight = 41;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <param name="plan">The plan.</param>
    /// <param name="names">Its step.</param>
    /// <param name="required">False: it is told when it cannot be done, and no more.</param>
    /// <exception cref="EmbarkException"><see cref="FailureClass.VmNotReady"/>: it cannot be done.</exception>
    public async Task RunAsync(Plan plan, PlanStep.KeepNames names, bool required)
    {
        transcript.Say(plan, [names]);
        var lines = Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Concat(names.Lines.Select(line => line + "\n"))));
        var script = new RemoteScript("keep names in /etc/hosts", $"""
            verb={(names.Lines.Count > 0 ? "apply" : "remove")}
            owner={ShellQuote.Quote(names.Owner)}
            lines={ShellQuote.Quote(lines)}
            {ShellLibrary.Hosts}
            """, Limit) { Failure = FailureClass.VmNotReady };
        var result = await session.RunAsync(script, forced);
        if (result.Succeeded) return;

        var why = result.ExitCode switch
        {
            NoTool => $"{Tool} is not installed",
            NoRight => $"{session.Target.User} may not run {Tool} as root",
            _ => DeliveryFailure.Reason(result),
        };
        var failure = $"VM {session.Target}: /etc/hosts {(names.Lines.Count > 0 ? "could not be brought up to date" : "still holds the block of names")}: {why}";
        if (required)
            throw new EmbarkException(FailureClass.VmNotReady, failure, $"install it with `embark prepare ADMIN@{session.Target.Host}`, where ADMIN is root or may use sudo; or change the file there as root yourself");
        transcript.Note($"warning: {failure}");
    }
}
