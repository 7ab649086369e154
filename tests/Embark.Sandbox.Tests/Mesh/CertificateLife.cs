using System.Security.Cryptography.X509Certificates;

namespace Embark.Sandbox.Tests.Mesh;

/// <summary>A certificate's life, by a clock that is put forward.</summary>
public sealed class CertificateLife
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    [Fact(Timeout = 120_000)]
    public async Task Is_renewed_at_its_half_and_not_before()
    {
        await using var world = await CertificateWorld.StartAsync(TestContext.Current.CancellationToken);
        var certificates = world.StartAgent();
        await certificates.First.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await CertificateWorld.UntilAsync(() => world.Log.Contains("generated new workload certificate", StringComparison.Ordinal), () => world.Log);
        var first = certificates.Current!.Leaf;
        world.Clock.Forward(s_hour * 0.48);
        await Task.Delay(200, TestContext.Current.CancellationToken); // nothing to wait for: it must not happen
        Assert.Same(first, certificates.Current.Leaf);

        world.Clock.Forward(s_hour * 0.04);
        await CertificateWorld.UntilAsync(() => certificates.Current.Leaf != first, () => $"not renewed:\n{world.Log}");
        var second = certificates.Current.Leaf;
        Assert.NotEqual(first.SerialNumber, second.SerialNumber);
        Assert.NotEqual(first.GetPublicKeyString(), second.GetPublicKeyString()); // a new key every time
        Assert.InRange(second.NotAfter - first.NotAfter, s_hour * 0.45, s_hour * 0.6);
        await CertificateWorld.UntilAsync(() => File.ReadAllText(world.File("cert-chain.pem")).StartsWith(second.ExportCertificatePem(), StringComparison.Ordinal), () => "the file is the old one");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(world.File("key.pem")));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(false, "RSA PRIVATE KEY")]
    [InlineData(true, "EC PRIVATE KEY")]
    public async Task Key_is_of_the_kind_that_is_asked_for(bool elliptic, string label)
    {
        await using var world = await CertificateWorld.StartAsync(TestContext.Current.CancellationToken);
        var certificates = world.StartAgent(elliptic);
        await certificates.First.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        using var rsa = certificates.Current!.Leaf.GetRSAPublicKey();
        using var curve = certificates.Current.Leaf.GetECDsaPublicKey();
        Assert.Equal((elliptic ? null : 2048, elliptic ? 256 : null), (rsa?.KeySize, (int?)curve?.KeySize));
        await CertificateWorld.UntilAsync(() => File.Exists(world.File("key.pem")), () => world.Log);
        Assert.StartsWith($"-----BEGIN {label}-----", await File.ReadAllTextAsync(world.File("key.pem"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Goes_on_while_istiod_is_away_and_is_renewed_when_it_is_back()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var world = await CertificateWorld.StartAsync(cancel);
        var certificates = world.StartAgent();
        await certificates.First.WaitAsync(TimeSpan.FromSeconds(60), cancel);
        await CertificateWorld.UntilAsync(() => world.Log.Contains("generated new workload certificate", StringComparison.Ordinal), () => world.Log);
        var first = certificates.Current!.Leaf;
        await world.StopIstiodAsync();
        world.Clock.Forward(s_hour * 0.52);
        await CertificateWorld.UntilAsync(() => world.Log.Contains("failed to sign CSR", StringComparison.Ordinal), () => world.Log);
        Assert.Same(first, certificates.Current.Leaf);

        await world.StartIstiodAsync(cancel);
        await CertificateWorld.UntilAsync(() => certificates.Current.Leaf != first, () => $"not renewed:\n{world.Log}");
    }

    [Fact(Timeout = 120_000)]
    public async Task Outlasts_the_token_which_a_restart_does_not_need()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var world = await CertificateWorld.StartAsync(cancel);
        await world.StartAgent().First.WaitAsync(TimeSpan.FromSeconds(60), cancel);
        await CertificateWorld.UntilAsync(() => world.Log.Contains("generated new workload certificate", StringComparison.Ordinal), () => world.Log);
        await world.StopAgentsAsync();
        File.Delete(world.TokenFile);
        var kept = await File.ReadAllTextAsync(world.File("cert-chain.pem"), cancel);

        var again = world.StartAgent();
        await again.First.WaitAsync(TimeSpan.FromSeconds(60), cancel);
        Assert.DoesNotContain(again.Current!.Leaf.ExportCertificatePem(), kept);
        Assert.Contains($"failed to fetch token from file: open {world.TokenFile}: no such file or directory", world.Log);

        // And so on, from each certificate to the next, long after the token's own end.
        for (var i = 0; i < 4; i++)
        {
            var before = again.Current.Leaf;
            await CertificateWorld.UntilAsync(() => world.Log.Split("generated new workload certificate").Length == i + 3, () => world.Log);
            world.Clock.Forward(s_hour * 0.52);
            await CertificateWorld.UntilAsync(() => again.Current.Leaf != before, () => $"not renewed:\n{world.Log}");
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Once_over_needs_a_token_again()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var world = await CertificateWorld.StartAsync(cancel);
        await world.StartAgent().First.WaitAsync(TimeSpan.FromSeconds(60), cancel);
        await CertificateWorld.UntilAsync(() => world.Log.Contains("generated new workload certificate", StringComparison.Ordinal), () => world.Log);
        await world.StopAgentsAsync();
        File.Delete(world.TokenFile);
        world.Clock.Forward(s_hour * 1.1);

        var again = world.StartAgent();
        await CertificateWorld.UntilAsync(() => world.Log.Contains("failed to sign CSR", StringComparison.Ordinal), () => world.Log);
        Assert.Null(again.Current);
        Assert.Contains("cert expired, using token instead", world.Log);
        Assert.Contains("Unauthenticated desc = request authenticate failure", world.Log);
    }
}
