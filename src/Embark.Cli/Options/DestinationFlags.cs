using System.CommandLine;

namespace Embark.Cli.Options;

/// <summary>Where the plan goes. Values are compared, not presence: <c>--dry-run=false -d x</c> is fine.</summary>
internal sealed class DestinationFlags
{
    private readonly Option<bool> _dryRun = Flag.Switch("--dry-run", "show every step; connect to no VM, ask for no token");
    private readonly Option<bool> _archive;
    private readonly Option<string?> _folder = Flag.Text("--output-dir", "DIRECTORY", "write the files and a start script to a directory", "-d");
    private readonly Option<string?> _file = Flag.Text("--output-file", "FILE", "write them to a .tgz of this name");

    public DestinationFlags(Command command, bool letters)
    {
        _archive = Flag.Switch("--archive", "write them to a .tgz in the working directory", letters ? ["-o"] : []);
        foreach (var option in new Option[] { _dryRun, _archive, _folder, _file }) command.Add(option);
    }

    public Destination Read(ParseResult parsed, List<string> errors)
    {
        var (dryRun, archive) = (parsed.GetValue(_dryRun), parsed.GetValue(_archive));
        var (folder, file) = (NotEmpty(parsed.GetValue(_folder)), NotEmpty(parsed.GetValue(_file)));
        var letter = _archive.Aliases.FirstOrDefault() ?? _archive.Name;
        if (archive && file is not null) errors.Add($"use either {letter} or --output-file but not both");
        if (archive && folder is not null) errors.Add($"use either {letter} or --output-dir but not both");
        if (file is not null && folder is not null) errors.Add("use either --output-file or --output-dir but not both");
        foreach (var (given, name) in new[] { (archive, letter), (file is not null, "--output-file"), (folder is not null, "--output-dir") })
            if (dryRun && given) errors.Add($"it is not possible to use --dry-run flag together with {name}");
        return dryRun ? new Destination.Print()
            : archive ? new Destination.Archive(null)
            : file is not null ? new Destination.Archive(file)
            : folder is not null ? new Destination.Folder(folder)
            : new Destination.Vm();
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
