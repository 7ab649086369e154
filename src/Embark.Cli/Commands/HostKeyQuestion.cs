using Embark.Cli.Output;
using Embark.Ssh;

namespace Embark.Cli.Commands;

/// <summary>Asks a person whether a host key is the right one; without a terminal the answer is no.</summary>
internal static class HostKeyQuestion
{
    public static async Task<bool> AskAsync(HostKey key, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!Terminal.CanAsk) return false;
        terminal.Error.Write($"""
            {key.Target} shows a host key that nobody has vouched for yet:
                {key.Type} {key.Fingerprint}
            Compare it on the VM itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
            Is it the right one? (yes/no) 
            """);
        using var input = new StreamReader(Console.OpenStandardInput());
        return (await input.ReadLineAsync(cancellationToken))?.Trim() == "yes";
    }
}
