using System.Diagnostics;
using System.Text;
using Embark.Delivery;
using Embark.Kubernetes;
using Embark.Planning;
using Embark.Tests.Planning;

namespace Embark.Tests.Delivery;

/// <summary>The script that starts a delivered proxy on a VM without Embark.</summary>
public sealed class StartScriptSpecs
{
    [Theory(Timeout = 30_000)]
    [InlineData("dash")]
    [InlineData("bash")]
    public async Task Script_is_a_posix_script(string shell)
    {
        Assert.SkipUnless(File.Exists($"/bin/{shell}") || File.Exists($"/usr/bin/{shell}"), $"needs {shell}");
        foreach (var profile in Enum.GetValues<Profile>())
        {
            var plan = Planner.For(GuideExample.Mesh, BundleSpecs.Offline(GuideExample.With(new() { Profile = profile })), null);
            var script = StartScript.From(plan, plan.Steps.OfType<PlanStep.RunContainer>().Single().Container);

            using var process = Process.Start(new ProcessStartInfo(shell, "-n") { RedirectStandardInput = true, RedirectStandardError = true })!;
            await process.StandardInput.WriteAsync(script);
            process.StandardInput.Close();
            Assert.Equal("", await process.StandardError.ReadToEndAsync());
            Assert.DoesNotContain("<uid>", script, StringComparison.Ordinal);
            Assert.DoesNotContain("<plan>", script, StringComparison.Ordinal);
            Assert.DoesNotContain("<gid", script, StringComparison.Ordinal);
            Assert.Contains($"--label embark.plan={plan.Hash}", script, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task Archive_starts_the_proxy_and_starts_it_again_only_when_something_changed()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var vm = await DockerVm.StartAsync(cancellation);
        await UnpackAsync(vm, GuideExample.With(new()), "one");

        var first = await StartAsync(vm, "one");
        var second = await StartAsync(vm, "one");

        Assert.Contains("istio-proxy runs", first, StringComparison.Ordinal);
        Assert.Contains("nothing to change", second, StringComparison.Ordinal);
        Assert.Equal("istio-proxy", await vm.DockerAsync("ps --format '{{.Names}}'"));
        var inspected = await vm.DockerAsync("inspect istio-proxy");
        Assert.Contains("/home/istio-proxy/one/etc/tokens", inspected, StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", inspected, StringComparison.Ordinal);
        var manifest = Manifest.Read(await vm.RootAsync("cat /home/istio-proxy/one/etc/manifest.json"))!;
        Assert.Equal("/home/istio-proxy/one/etc/sidecar.env", manifest.Files[0].Path);
        Assert.StartsWith("sha256:", manifest.ImageDigest, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_foreign_container_stays_and_a_bad_image_brings_the_old_proxy_back()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var vm = await DockerVm.StartAsync(cancellation);
        await UnpackAsync(vm, GuideExample.With(new()), "one");
        await vm.RootAsync($"docker run -d --name istio-proxy --network host {DockerVm.GoodImage}");

        Assert.Contains("that Embark did not make", await StartAsync(vm, "one"), StringComparison.Ordinal);
        await vm.RootAsync("docker rm --force istio-proxy");
        Assert.Contains("istio-proxy runs", await StartAsync(vm, "one"), StringComparison.Ordinal);
        var before = await vm.DockerAsync("inspect --format '{{.Id}}' istio-proxy");

        await vm.ImageAsync("docker.io/tetrate/proxyv2:bad", "echo it ends; exit 1");
        var bad = GuideExample.Workload with { Vm = GuideExample.Workload.Vm with { Image = "docker.io/tetrate/proxyv2:bad" } };
        await UnpackAsync(vm, bad, "two");
        var said = await StartAsync(vm, "two");

        Assert.Contains("rolled back", said, StringComparison.Ordinal);
        Assert.Contains("it ends", said, StringComparison.Ordinal);
        Assert.Equal(before, await vm.DockerAsync("ps --no-trunc --format '{{.ID}}' --filter name=istio-proxy"));
    }

    private static async Task UnpackAsync(DockerVm vm, Embark.Mesh.WorkloadEntry workload, string name)
    {
        var file = Path.Combine(Path.GetTempPath(), $"embark-{Guid.NewGuid():N}.tgz");
        var tokens = new TokenIssuer((wanted, _) => Task.FromResult(new ServiceAccountToken(new Secret(Encoding.ASCII.GetBytes(Tokens.Canary)), TimeProvider.System.GetUtcNow() + wanted.Lifetime)));
        await using (var sink = new ArchiveSink(file, tokens, TimeProvider.System))
        {
            await sink.DeliverAsync(Planner.For(GuideExample.Mesh, BundleSpecs.Offline(workload), null), default);
            await sink.CompleteAsync(default);
        }
        var bytes = Convert.ToBase64String(await File.ReadAllBytesAsync(file));
        File.Delete(file);
        await vm.RootAsync($"echo {bytes} >/tmp/b64; su istio-proxy -c 'mkdir ~/{name} && base64 -d </tmp/b64 | tar -xz -C ~/{name}'");
    }

    private static Task<string> StartAsync(DockerVm vm, string name) => vm.RootAsync($"su istio-proxy -c '~/{name}/bin/start-istio-proxy.sh' 2>&1 || true");
}
