using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Vm;

/// <summary>Keys made for one run: the VM's host key and the operator's own.</summary>
/// <param name="HostKey">Path of the VM's private host key on the machine.</param>
/// <param name="HostPublic">Type and key of the VM, as known_hosts writes it.</param>
/// <param name="UserKey">Path of the operator's private key.</param>
/// <param name="UserPublic">Line for authorized_keys.</param>
internal sealed record SshKeys(string HostKey, string HostPublic, string UserKey, string UserPublic)
{
    public static async Task<SshKeys> MakeAsync(RunDirectory directory, CancellationToken cancellationToken)
    {
        var place = directory.MakeDirectory("ssh");
        var (host, user) = (Path.Combine(place, "host_key"), Path.Combine(place, "id_ed25519"));
        await Task.WhenAll(MakeAsync(host, "sandbox-vm", cancellationToken), MakeAsync(user, "sandbox-operator", cancellationToken));
        var hostPublic = (await File.ReadAllTextAsync(host + ".pub", cancellationToken)).Split(' ');
        return new(host, $"{hostPublic[0]} {hostPublic[1]}", user, (await File.ReadAllTextAsync(user + ".pub", cancellationToken)).Trim());
    }

    private static Task<string> MakeAsync(string path, string comment, CancellationToken cancellationToken) =>
        new Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path).RequireAsync(null, cancellationToken);
}
