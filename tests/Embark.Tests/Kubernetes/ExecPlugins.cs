using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class ExecPlugins
{
    [Fact(Timeout = 60_000)]
    public async Task A_plugin_gives_the_token_once_for_many_requests()
    {
        using var plugin = new Plugin(Plugin.Token("t1"));
        await using var api = Serving();
        using var client = api.Client(user: plugin.User);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ReadAsync(client)));
        Assert.Equal(1, plugin.Runs);
        Assert.All(api.Requests, request => Assert.Equal("Bearer t1", request.Header("Authorization")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_plugin_is_told_of_the_cluster_and_gets_its_arguments_and_variables()
    {
        using var plugin = new Plugin(
            $"echo \"$KUBERNETES_EXEC_INFO\" > $(dirname $0)/info; {Plugin.Token("$1-$EXTRA", version: "v1beta1")}",
            "client.authentication.k8s.io/v1beta1", "provideClusterInfo: true\n  args: [one]\n  env: [{name: EXTRA, value: two}]");
        await using var api = Serving();
        var connection = api.Connection(plugin.User, "extensions:\n- name: client.authentication.k8s.io/exec\n  extension: {audience: me, level: 3}");
        using var client = KubernetesClient.Connect(connection, RawApi.Quick);
        await ReadAsync(client);

        Assert.Equal("Bearer one-two", Assert.Single(api.Requests).Header("Authorization"));
        using var info = JsonDocument.Parse(await File.ReadAllTextAsync($"{plugin.Directory}/info"));
        Assert.Equal("client.authentication.k8s.io/v1beta1", info.RootElement.GetProperty("apiVersion").GetString());
        var cluster = info.RootElement.GetProperty("spec").GetProperty("cluster");
        Assert.Equal(api.Address, cluster.GetProperty("server").GetString());
        Assert.Equal(api.Ca.PemBase64, cluster.GetProperty("certificate-authority-data").GetString());
        Assert.Equal(3, cluster.GetProperty("config").GetProperty("level").GetInt32());
        Assert.False(info.RootElement.GetProperty("spec").GetProperty("interactive").GetBoolean());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_plugin_can_give_a_client_certificate()
    {
        var dev = TestCa.Shared.Issue("from-plugin", []);
        using var plugin = new Plugin("cat $(dirname $0)/answer");
        await File.WriteAllTextAsync($"{plugin.Directory}/answer", JsonSerializer.Serialize(new
        {
            kind = "ExecCredential",
            apiVersion = "client.authentication.k8s.io/v1",
            status = new { clientCertificateData = dev.ExportCertificatePem(), clientKeyData = TestCa.KeyPem(dev) },
        }));
        await using var api = Serving();
        using var client = api.Client(user: plugin.User);
        await ReadAsync(client);
        Assert.Equal("CN=from-plugin", Assert.Single(api.Requests).ClientSubject);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("echo first >&2; echo please log in >&2; exit 1", "ended with exit code 1; it said: first | please log in")]
    [InlineData("echo not json; echo hint >&2", "not an ExecCredential in JSON; it said: hint")]
    [InlineData("echo '{\"kind\":\"Other\"}'", "a \"Other\" instead of an ExecCredential")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"x\"}}'", "answered in apiVersion client.authentication.k8s.io/v1beta1, but the kubeconfig asks for client.authentication.k8s.io/v1")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\"}'", "without a status")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "neither a token nor a certificate")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"x\",\"expirationTimestamp\":\"2001-01-01T00:00:00Z\"}}'", "expired at 2001")]
    [InlineData("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done", "prints more than")]
    public async Task K7_A_plugin_that_fails_is_named_with_its_last_words(string script, string expected)
    {
        using var plugin = new Plugin(script);
        await using var api = Serving();
        using var client = api.Client(user: plugin.User);
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));
        Assert.Equal(KubernetesFailure.Credentials, failed.Failure);
        Assert.Contains(plugin.Path, failed.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failed.Message, StringComparison.Ordinal);
        Assert.Empty(api.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task K7_A_missing_plugin_gives_its_install_hint()
    {
        await using var api = Serving();
        using var client = api.Client(user: "exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never, installHint: get it from the shop}");
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));
        Assert.Equal(KubernetesFailure.Credentials, failed.Failure);
        Assert.Contains("no-such-plugin cannot be started", failed.Message, StringComparison.Ordinal);
        Assert.Equal("get it from the shop", failed.Fix);
    }

    [Theory(Timeout = 15_000)]
    [InlineData("apiVersion: client.authentication.k8s.io/v1alpha1, command: x", "v1alpha1")]
    [InlineData("apiVersion: client.authentication.k8s.io/v1", "names no command")]
    [InlineData("apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Sometimes", "Sometimes")]
    public async Task K7_A_wrong_description_of_a_plugin_is_refused(string exec, string expected)
    {
        await Task.CompletedTask;
        using var files = new TestKubeconfig();
        Assert.Contains(expected, files.Refuses(TestKubeconfig.Text("https://127.0.0.1:1", null, $"exec: {{{exec}}}")).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task K8_A_plugin_that_hangs_is_killed_with_all_its_children()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");
        // One child that the plugin waits for, and one whose parent is gone.
        using var plugin = new Plugin("cd $(dirname $0); echo waiting for the login >&2; (sleep 997 & echo $! > orphan); sleep 998 & echo $! > child; wait");
        await using var api = Serving();
        using var client = api.Client(RawApi.Quick with { PluginTimeLimit = TimeSpan.FromSeconds(2) }, plugin.User);

        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));

        Assert.Equal(KubernetesFailure.Credentials, failed.Failure);
        Assert.Contains("did not end within 2 s", failed.Message, StringComparison.Ordinal);
        Assert.Contains("waiting for the login", failed.Message, StringComparison.Ordinal);
        foreach (var name in new[] { "child", "orphan" })
            await GoneAsync(int.Parse(await File.ReadAllTextAsync($"{plugin.Directory}/{name}"), CultureInfo.InvariantCulture));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_agent_that_a_plugin_leaves_running_does_not_hold_it_up()
    {
        using var plugin = new Plugin($"sleep 15 & {Plugin.Token("t1")}");
        await using var api = Serving();
        using var client = api.Client(RawApi.Quick with { PluginTimeLimit = TimeSpan.FromSeconds(14) }, plugin.User);
        await ReadAsync(client);
        Assert.Single(api.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task K9_A_credential_that_expires_is_renewed_silently()
    {
        using var plugin = new Plugin($"cat $(dirname $0)/answer");
        await using var api = Serving();
        var clock = new MovedClock();
        using var client = api.Client(RawApi.Quick with { Time = clock }, plugin.User);
        await AnswersAsync("t1", 1);
        await ReadAsync(client);
        await ReadAsync(client);
        Assert.Equal(1, plugin.Runs);

        clock.Offset = TimeSpan.FromHours(2);
        await AnswersAsync("t2", 3);
        await ReadAsync(client);

        Assert.Equal(2, plugin.Runs);
        Assert.Equal(["Bearer t1", "Bearer t1", "Bearer t2"], api.Requests.Select(request => request.Header("Authorization")));

        Task AnswersAsync(string token, int hours) => File.WriteAllTextAsync($"{plugin.Directory}/answer", $$"""
            {"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",
             "status":{"token":"{{token}}","expirationTimestamp":"{{DateTimeOffset.UtcNow.AddHours(hours):yyyy-MM-ddTHH:mm:ssZ}}"} }
            """);
    }

    [Fact(Timeout = 60_000)]
    public async Task K9_One_401_asks_the_plugin_again_and_repeats_the_request()
    {
        using var plugin = new Plugin(Plugin.Token("t$(wc -l < $(dirname $0)/runs | tr -d ' ')"));
        await using var api = new RawApi(request => request.Header("Authorization") == "Bearer t1" ? RawApi.Status(401, "Unauthorized") : RawApi.Answer(200, RawApi.ConfigMap("a")));
        using var client = api.Client(user: plugin.User);
        await Task.WhenAll(ReadAsync(client), ReadAsync(client), ReadAsync(client));
        Assert.Equal(2, plugin.Runs);
    }

    [Fact(Timeout = 60_000)]
    public async Task A11_A_401_after_the_refresh_is_a_failure_of_credentials()
    {
        using var plugin = new Plugin(Plugin.Token("same"));
        await using var api = new RawApi(_ => RawApi.Status(401, "Unauthorized", "token revoked"));
        using var client = api.Client(user: plugin.User);
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));
        Assert.Equal(KubernetesFailure.Credentials, failed.Failure);
        Assert.Equal(401, failed.StatusCode);
        Assert.Contains("token revoked", failed.Message, StringComparison.Ordinal);
        Assert.Contains("user \"test\"", failed.Message, StringComparison.Ordinal);
        Assert.Equal(2, plugin.Runs);
        Assert.Equal(2, api.Requests.Count);
    }

    private static RawApi Serving() => new(_ => RawApi.Answer(200, RawApi.ConfigMap("a")));

    private static Task<ConfigMap?> ReadAsync(KubernetesClient client) => client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None);

    private static async Task GoneAsync(int pid)
    {
        for (var i = 0; i < 100; i++)
        {
            if (!File.Exists($"/proc/{pid}/status") || (await File.ReadAllTextAsync($"/proc/{pid}/status")).Contains("State:\tZ", StringComparison.Ordinal))
                return;
            await Task.Delay(100);
        }

        Assert.Fail($"process {pid} still runs: {Process.GetProcessById(pid).ProcessName}");
    }
}
