namespace Embark.Sandbox.Docker;

/// <summary>The command failed as docker's would: text on stderr, exit code.</summary>
internal sealed class DockerException(string text, int exitCode = 1) : Exception(text)
{
    public int ExitCode { get; } = exitCode;

    public static DockerException Daemon(string text, int exitCode = 1) => new($"Error response from daemon: {text}", exitCode);

    public static DockerException NoSuchContainer(string name) => Daemon($"No such container: {name}");
}
