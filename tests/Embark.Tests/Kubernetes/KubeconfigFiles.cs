using System.Runtime.InteropServices;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class KubeconfigFiles : IDisposable
{
    private readonly TestKubeconfig _files = new();

    public void Dispose() => _files.Dispose();

    [Fact(Timeout = 15_000)]
    public async Task K1_A_missing_file_is_named()
    {
        await Task.CompletedTask;
        var path = Path.Combine(_files.Directory, "absent");
        var refused = Assert.Throws<KubernetesException>(() => _files.Load(path));
        Assert.Equal(KubernetesFailure.Credentials, refused.Failure);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public async Task K1_Of_two_files_one_may_be_absent_and_the_first_to_say_a_thing_wins()
    {
        await Task.CompletedTask;
        var one = _files.Write("one", """
            contexts: [{name: a, context: {cluster: c, user: u, namespace: shop}}]
            clusters: [{name: c, cluster: {server: "https://one:6443"}}]
            """);
        var two = _files.Write("two", """
            current-context: a
            contexts: [{name: a, context: {cluster: other, user: u}}]
            clusters: [{name: c, cluster: {server: "https://two:6443"}}]
            users: [{name: u, user: {token: x}}]
            """);
        _files.Environment["KUBECONFIG"] = $"{one}:{_files.Directory}/absent::{two}";

        var connection = _files.Load();

        Assert.Equal("https://one:6443/", connection.Server.AbsoluteUri);
        Assert.Equal("shop", connection.Namespace);
        Assert.Equal("a", connection.Context);
    }

    [Fact(Timeout = 15_000)]
    public async Task K1_Without_any_file_each_place_is_named()
    {
        await Task.CompletedTask;
        _files.Environment["KUBECONFIG"] = "/nowhere/a:/nowhere/b";
        Assert.Contains("/nowhere/a, /nowhere/b", Assert.Throws<KubernetesException>(() => _files.Load()).Message, StringComparison.Ordinal);
        _files.Environment["KUBECONFIG"] = null;
        _files.Environment["HOME"] = "/nowhere/home";
        Assert.Contains("/nowhere/home/.kube/config", Assert.Throws<KubernetesException>(() => _files.Load()).Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 15_000)]
    [InlineData("clusters:\n- name: a\n   cluster: {\n", "line ")]
    [InlineData("clusters:\n\t- name: a\n", "line 2")]
    [InlineData("current-context: a\ncontexts: []\ncurrent-context: b\n", "line 3")]
    [InlineData("- a\n- b\n", "line 1: not a mapping")]
    [InlineData("current-context: a\n---\ncurrent-context: b\n", "line 3: a second document")]
    [InlineData("current-context: [a]\n", "line 1: current-context must be a text")]
    [InlineData("users:\n- name: u\n  user: {}\n- name: u\n  user: {}\n", "line 4: user \"u\" stands there twice")]
    public async Task K2_Malformed_yaml_is_refused_with_its_line(string text, string expected)
    {
        await Task.CompletedTask;
        // A context that works, in another file, so that only the malformed one can be the reason.
        var good = _files.Write("good", TestKubeconfig.Text("https://127.0.0.1:1", null, "token: x"));
        _files.Environment["KUBECONFIG"] = $"{_files.Write("bad", text)}:{good}";
        var refused = Assert.Throws<KubernetesException>(() => _files.Load());
        Assert.Equal(KubernetesFailure.Credentials, refused.Failure);
        Assert.Contains("bad", refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public async Task K2_Five_megabytes_are_refused()
    {
        await Task.CompletedTask;
        var refused = _files.Refuses($"# {new string('x', 5_000_000)}\n");
        Assert.Contains("5000003 bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public async Task K2_Deep_nesting_is_refused_with_its_line()
    {
        await Task.CompletedTask;
        Assert.Contains("line 1: nested deeper", _files.Refuses($"a: {new string('[', 200_000)}").Message, StringComparison.Ordinal);
    }

    /// <summary>kubectl reads it too.</summary>
    [Fact(Timeout = 15_000)]
    public async Task K2_A_byte_order_mark_does_not_matter()
    {
        await Task.CompletedTask;
        var file = _files.Write("config", "\uFEFF" + TestKubeconfig.Text("https://127.0.0.1:1", null, "token: x"));
        Assert.Equal(0xEF, File.ReadAllBytes(file)[0]);
        Assert.Equal("test", _files.Load(file).Context);
    }

    [Theory(Timeout = 15_000)]
    [InlineData("contexts: [{name: dev, context: {}}, {name: live, context: {}}]", null, "no current-context")]
    [InlineData("contexts: [{name: dev, context: {}}, {name: live, context: {}}]", "prod", "no context \"prod\"")]
    [InlineData("contexts: [{name: dev, context: {cluster: gone, user: gone}}, {name: live, context: {}}]", "dev", "cluster \"gone\", which is not there")]
    [InlineData("contexts: [{name: dev, context: {cluster: gone, user: gone}}, {name: live, context: {}}]", "dev", "user \"gone\", which is not there")]
    [InlineData("contexts: [{name: dev, context: {}}, {name: live, context: {}}]", "live", "names no cluster")]
    public async Task K3_A_context_that_does_not_work_lists_the_contexts(string text, string? context, string expected)
    {
        await Task.CompletedTask;
        var refused = _files.Refuses(text, context);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains("dev, live", refused.Fix, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public async Task K4_Skipping_the_check_of_the_server_is_refused_unless_it_is_allowed()
    {
        await Task.CompletedTask;
        var text = TestKubeconfig.Text("https://127.0.0.1:1", null, "token: x", "insecure-skip-tls-verify: true");
        var refused = _files.Refuses(text);
        Assert.Contains("insecure-skip-tls-verify is refused", refused.Message, StringComparison.Ordinal);
        Assert.Contains("certificate-authority-data", refused.Message, StringComparison.Ordinal);
        Assert.True(_files.Load(_files.Write("config", text), insecure: true).InsecureTls);
    }

    [Fact(Timeout = 15_000)]
    public async Task K4_Plain_http_to_another_machine_is_refused_unless_it_is_allowed()
    {
        await Task.CompletedTask;
        var text = TestKubeconfig.Text("http://192.0.2.1:8080", null, "token: x");
        Assert.Contains("plain http", _files.Refuses(text).Message, StringComparison.Ordinal);
        Assert.Equal("http", _files.Load(_files.Write("config", text), insecure: true).Server.Scheme);
        Assert.Equal("http", _files.Load(_files.Write("proxy", TestKubeconfig.Text("http://127.0.0.1:8001", null, "token: x"))).Server.Scheme);
    }

    [Fact(Timeout = 15_000)]
    public async Task K6_A_file_that_others_can_read_or_own_is_warned_about_once()
    {
        await Task.CompletedTask;
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix modes");
        var text = TestKubeconfig.Text("https://127.0.0.1:1", null, "token: x");
        Assert.Empty(_files.Load(_files.Write("config", text)).Warnings);

        var open = _files.Write("open", text, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        _files.Environment["KUBECONFIG"] = $"{open}:{open}";
        var warning = Assert.Single(_files.Load().Warnings);
        Assert.Contains($"chmod 600 {open}", warning, StringComparison.Ordinal);

        Assert.SkipUnless(Environment.UserName == "root", "needs root to give a file away");
        var foreign = _files.Write("foreign", text);
        Assert.Equal(0, Chown(foreign, 65534, 65534));
        Assert.Contains("uid 65534", Assert.Single(_files.Load(foreign).Warnings), StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public async Task Everything_wrong_is_said_at_once()
    {
        await Task.CompletedTask;
        var refused = _files.Refuses(TestKubeconfig.Text("https://127.0.0.1:1", null,
            "client-certificate: absent.pem\nclient-key-data: '%%%'\nauth-provider: {name: gcp}", "certificate-authority: ca.pem\nproxy-url: gopher://x"));
        foreach (var part in new[] { "absent.pem", "client-key-data is not base64", "auth-provider \"gcp\"", "ca.pem", "proxy-url" })
            Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public async Task Paths_are_relative_to_the_file_they_stand_in()
    {
        await Task.CompletedTask;
        _files.Write("sub/ca.pem", TestCa.Shared.Pem);
        var connection = _files.Load(_files.Write("sub/config", TestKubeconfig.Text("https://127.0.0.1:1", null, "tokenFile: token", "certificate-authority: ./ca.pem")));
        Assert.Equal(TestCa.Shared.Pem, System.Text.Encoding.UTF8.GetString(connection.CertificateAuthority!));
        Assert.Equal(Path.Combine(_files.Directory, "sub/token"), connection.User.TokenFile);
    }

    [Fact(Timeout = 15_000)]
    public async Task A_pod_uses_its_own_account_when_there_is_no_kubeconfig()
    {
        await Task.CompletedTask;
        _files.Write("token", "abc\n");
        _files.Write("ca.crt", TestCa.Shared.Pem);
        _files.Write("namespace", "istio-system\n");
        _files.Environment["KUBERNETES_SERVICE_HOST"] = "fd00::1";
        _files.Environment["KUBERNETES_SERVICE_PORT"] = "443";
        var connection = InCluster.Load(_files.Environment.GetValueOrDefault, _files.Directory);
        Assert.Equal("https://[fd00::1]/", connection.Server.AbsoluteUri);
        Assert.Equal("istio-system", connection.Namespace);

        _files.Environment["HOME"] = "/nowhere";
        var refused = Assert.Throws<KubernetesException>(() => _files.Load());
        Assert.Contains("/var/run/secrets/kubernetes.io/serviceaccount", refused.Message, StringComparison.Ordinal);
    }

    [DllImport("libc", EntryPoint = "chown")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);
}
