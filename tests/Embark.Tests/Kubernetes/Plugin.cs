namespace Embark.Tests.Kubernetes;

/// <summary>An exec credential plugin made of a few lines of shell.</summary>
internal sealed class Plugin : IDisposable
{
    private readonly TestKubeconfig _files = new();

    public Plugin(string script, string apiVersion = "client.authentication.k8s.io/v1", string more = "")
    {
        Path = _files.Write("plugin", $"#!/bin/sh\necho run >> {_files.Directory}/runs\n{script}\n", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        User = $"exec:\n  apiVersion: {apiVersion}\n  command: {Path}\n  interactiveMode: Never\n  {more}";
    }

    public string Path { get; }

    public string Directory => _files.Directory;

    /// <summary>The user of a kubeconfig that names it.</summary>
    public string User { get; }

    public int Runs => File.Exists($"{Directory}/runs") ? File.ReadAllLines($"{Directory}/runs").Length : 0;

    /// <summary>A line of shell that prints a credential; the token may hold variables of the shell.</summary>
    public static string Token(string token, DateTimeOffset? expires = null, string version = "v1")
    {
        var end = expires is null ? "" : $",\"expirationTimestamp\":\"{expires:yyyy-MM-ddTHH:mm:ssZ}\"";
        return $$"""printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/{{version}}","status":{"token":"%s"{{end}} } }' "{{token}}" """;
    }

    public void Dispose() => _files.Dispose();
}
