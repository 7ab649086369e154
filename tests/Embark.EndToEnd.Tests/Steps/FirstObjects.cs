using System.Diagnostics;

namespace Embark.EndToEnd.Tests.Steps;

/// <summary><c>embark new</c> writes objects that kubectl applies and join takes.</summary>
public sealed class FirstObjects(MeshWorld world) : IClassFixture<MeshWorld>
{
    private static readonly string[] Guide =
        ["new", "ratings-vm.bookinfo", "--address", "10.128.0.2", "--app", "ratings", "--version", "v3", "--service-account", "bookinfo-ratings", "--network", "vm-us-central1-a", "--port", "9080"];

    [Fact(Timeout = 300_000)]
    public async Task Objects_are_applied_by_kubectl_and_the_vm_joins()
    {
        world.Need();
        if (!File.Exists("/usr/bin/kubectl") && !File.Exists("/usr/local/bin/kubectl")) Assert.Skip("needs kubectl");
        await KubectlAsync(null, "delete", "workloadentry/ratings-vm", "sidecar/bookinfo-ratings-no-iptables", "-n", "bookinfo");
        var written = await world.EmbarkAsync(Guide);
        written.ShouldEndWith(0);

        await KubectlAsync(written.Output, "apply", "-f", "-");

        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--from", world.RatingsOverMesh, "--require-proof")).ShouldEndWith(0);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_missing_is_told_at_once_where_nobody_can_be_asked()
    {
        var run = await EmbarkProgram.RunAsync("new", "ratings-vm.bookinfo");

        run.ShouldEndWith(2);
        foreach (var flag in new[] { "--address", "--app", "--port" }) Assert.Contains($"{flag} is missing", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_missing_and_what_is_wrong_are_told_together()
    {
        var run = await EmbarkProgram.RunAsync("new", "X_.bookinfo", "--address", "10.1", "--network", "-bad-");

        run.ShouldEndWith(2);
        foreach (var part in new[] { "--app is missing", "--port is missing", "NAME: \"X_\"", "spec.address", "spec.network" }) Assert.Contains(part, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("192.0.2.1", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_missing_is_asked_for_on_a_terminal()
    {
        if (!File.Exists("/usr/bin/script")) Assert.Skip("needs script");
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", $"{EmbarkProgram.Path} new other-vm.bookinfo", "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NO_COLOR"] = "1";
        using var process = Process.Start(start)!;
        // An address, the usual application, a port, an account, no network.
        await process.StandardInput.WriteAsync("10.128.0.9\n\n5432/TCP\nother\n\n");
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        var run = await EmbarkProgram.FinishAsync(process);

        run.ShouldEndWith(0);
        Assert.Contains("Address at which pods reach other-vm: ", run.Output, StringComparison.Ordinal);
        foreach (var line in new[] { "address: 10.128.0.9", "labels: {app: other, class: vm, version: v1}", "serviceAccount: other", "{number: 5432, protocol: TCP, name: tcp}" }) Assert.Contains(line, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("network:", run.Output, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("--address", "10.1", "spec.address")]
    [InlineData("--network", "-bad-", "spec.network")]
    [InlineData("--egress", "everything", "--egress")]
    [InlineData("--label", "a b=c", "label a b")]
    [InlineData("--ssh-user", "root; reboot", "ssh-user")]
    [InlineData("--egress-bind", "127.0.0.1", "--egress-bind")]
    public async Task Value_that_a_join_would_refuse_is_refused_here(string flag, string value, string where)
    {
        var at = Array.IndexOf(Guide, flag);
        var run = await EmbarkProgram.RunAsync(at < 0 ? [.. Guide, flag, value] : [.. Guide[..at], flag, value, .. Guide[(at + 2)..]]);

        run.ShouldEndWith(5);
        Assert.Contains(where, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    private async Task KubectlAsync(string? input, params string[] words)
    {
        var start = new ProcessStartInfo("kubectl", words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = world.Sandbox.KubeconfigFile;
        start.Environment["HOME"] = world.Home;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        (await EmbarkProgram.FinishAsync(process)).ShouldEndWith(0);
    }
}
