namespace Embark.Tests.Ssh;

/// <summary>An ssh that runs in a network namespace of its own, so that nothing leaves the machine and faults are certain.</summary>
internal sealed class ClientNamespace : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embark-ns-").FullName;

    /// <param name="setup">Shell lines run in the namespace before ssh.</param>
    public ClientNamespace(string setup)
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root: a network namespace of its own");
        File.WriteAllText(Client, $"#!/bin/sh\nexec unshare --net sh -c '{setup}\nexec ssh \"$@\"' ssh \"$@\"\n");
        File.SetUnixFileMode(Client, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string Client => Path.Combine(_folder, "ssh");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
