using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>The Status that belongs to a code. Source: k8s.io/apimachinery pkg/api/errors NewGenericServerResponse.</summary>
internal static class FaultStatus
{
    public static StatusException Of(Fault.Answer answer)
    {
        var (reason, message) = answer.Status switch
        {
            400 => ("BadRequest", "the server rejected our request for an unknown reason"),
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", "forbidden"),
            404 => ("NotFound", "the server could not find the requested resource"),
            409 => ("Conflict", "the server reported a conflict"),
            410 => ("Expired", "The resourceVersion for the provided watch is too old."),
            413 => ("RequestEntityTooLarge", "the request is too large"),
            422 => ("Invalid", "the server rejected our request due to an error in our request"),
            429 => ("TooManyRequests", "the server has received too many requests and has asked us to try again later"),
            500 => ("InternalError", "Internal error occurred: etcdserver: leader changed"),
            503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
            504 => ("Timeout", "the server was unable to return a response in the time allotted, but may still be processing the request"),
            _ => ("", $"an error on the server (\"{answer.Status}\") has prevented the request from succeeding"),
        };
        return new(answer.Status, answer.Reason ?? reason, answer.Message ?? message);
    }
}
