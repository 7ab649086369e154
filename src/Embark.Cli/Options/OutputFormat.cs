namespace Embark.Cli.Options;

/// <summary>How a result is printed on standard output.</summary>
internal enum OutputFormat
{
    Table,
    Json,
    Yaml,
}
