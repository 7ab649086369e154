using System.Text.RegularExpressions;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary><c>embark trust</c> pins a host key that somebody has vouched for.</summary>
public sealed class Trusting(World world) : IClassFixture<World>
{
    [Fact(Timeout = 240_000)]
    public async Task Unknown_key_stops_until_its_fingerprint_is_confirmed()
    {
        world.Need();
        var empty = Path.Combine(world.Home, "empty_known_hosts");
        await File.WriteAllTextAsync(empty, "");
        var config = Path.Combine(world.Home, "unknown-key.config");
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(world.Vm.SshConfig)).Replace(world.Vm.KnownHosts, empty, StringComparison.Ordinal));

        var stopped = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--ssh-config", config);
        stopped.ShouldEndWith(7);
        Assert.Contains("embark trust", stopped.Error, StringComparison.Ordinal);

        var shown = await world.EmbarkAsync("trust", "ratings-vm.bookinfo", "--ssh-config", config);
        shown.ShouldEndWith(7);
        var fingerprint = Regex.Match(shown.Error, "--fingerprint (SHA256:[A-Za-z0-9+/]+)").Groups[1].Value;
        (await world.EmbarkAsync("trust", "ratings-vm.bookinfo", "--ssh-config", config, "--fingerprint", "SHA256:AAAA")).ShouldEndWith(7);
        (await world.EmbarkAsync("trust", "ratings-vm.bookinfo", "--ssh-config", config, "--fingerprint", fingerprint)).ShouldEndWith(0);

        var again = await world.EmbarkAsync("trust", "ratings-vm.bookinfo", "--ssh-config", config);
        again.ShouldEndWith(0);
        Assert.Contains("trusted already", again.Error, StringComparison.Ordinal);
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "--ssh-config", config)).ShouldEndWith(0);
    }
}
