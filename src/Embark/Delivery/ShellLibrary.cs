namespace Embark.Delivery;

/// <summary>The shell texts that run on the VM; they lie beside this file as .sh, so that a shell can check them.</summary>
internal static class ShellLibrary
{
    public static string Facts { get; } = Read("facts.sh");

    public static string Files { get; } = Read("files.sh");

    private static string Web => Read("web.sh");

    public static string Docker { get; } = Web + "\n" + Read("docker.sh");

    public static string Proof { get; } = Web + "\n" + Read("proof.sh");

    public static string Hosts { get; } = Read("hosts.sh");

    public static string Reach { get; } = Read("reach.sh");

    /// <summary>The script that root runs on the VM, as it is installed there: with its comments.</summary>
    public static string HostsTool { get; } = Text("embark-hosts.sh");

    /// <summary>What root runs on a machine that is prepared: with its comments, since people read it first.</summary>
    public static string Prepare { get; } = Text("prepare.sh");

    private static string Read(string name)
    {
        // Comments and indentation need not travel with every step; there is no here-document that would miss them.
        var lines = Text(name).Split('\n').Select(line => line.TrimStart()).Where(line => line.Length > 0 && line[0] != '#');
        return string.Join('\n', lines);
    }

    private static string Text(string name)
    {
        using var stream = typeof(ShellLibrary).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
