using Microsoft.Extensions.Logging;

namespace Embark.Controller.Leading;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "leads as {Identity}")]
    public static partial void Leads(ILogger log, string identity);

    [LoggerMessage(Level = LogLevel.Information, Message = "no longer leads as {Identity}")]
    public static partial void NoLongerLeads(ILogger log, string identity);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the lease is out of reach: {Why}")]
    public static partial void LeaseOutOfReach(ILogger log, string why);
}
