using System.Text;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

/// <summary>Writes kubeconfig files into a directory of one test, and reads them.</summary>
internal sealed class TestKubeconfig : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("embark-kubeconfig-").FullName;

    public Dictionary<string, string?> Environment { get; } = [];

    public string Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = Path.Combine(Directory, name);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
        return path;
    }

    public KubernetesConnection Load(string? file = null, string? context = null, bool insecure = false) => Kubeconfig.Load(new KubeconfigOptions
    {
        File = file,
        Context = context,
        AllowInsecureTls = insecure,
        Environment = Environment.GetValueOrDefault,
    });

    public KubernetesException Refuses(string text, string? context = null, bool insecure = false)
    {
        var file = Write("config", text);
        var refused = Assert.Throws<KubernetesException>(() => Load(file, context, insecure));
        Assert.Equal(KubernetesFailure.Credentials, refused.Failure);
        return refused;
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    /// <summary>A kubeconfig of one context; user and cluster are YAML of one or more lines.</summary>
    public static string Text(string server, TestCa? ca, string user, string cluster = "", string? @namespace = null) => $$"""
        apiVersion: v1
        kind: Config
        current-context: test
        contexts:
        - name: test
          context: {cluster: test, user: test{{Scope(@namespace)}}}
        clusters:
        - name: test
          cluster:
            server: {{server}}
            {{(ca is null ? "" : $"certificate-authority-data: {ca.PemBase64}")}}
            {{Indent(cluster)}}
        users:
        - name: test
          user:
            {{Indent(user)}}
        """;

    public static KubernetesConnection Load(string server, TestCa? ca, string user, string cluster = "")
    {
        using var files = new TestKubeconfig();
        return files.Load(files.Write("config", Text(server, ca, user, cluster)));
    }

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Scope(string? @namespace) => @namespace is null ? "" : $", namespace: {@namespace}";

    private static string Indent(string yaml) => yaml.Replace("\n", "\n    ", StringComparison.Ordinal);
}
