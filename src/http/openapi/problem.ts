import { z } from 'zod';
import type { ErrorCode } from '../../core/errors.ts';
import { ERRORS } from '../../core/errors.ts';

export const ERROR_CODE = z
  .enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
  .meta({ id: 'ErrorCode', description: '`GET /errors/{code}` says what each means and what to do.' });

export const PROBLEM = z
  .object({
    type: z.string().meta({ description: 'The path of a page about it.', example: '/errors/INPUT_INVALID' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().meta({ description: 'What, where, why and what to do.' }),
    code: ERROR_CODE,
  })
  .meta({ id: 'Problem', description: 'RFC 9457, with a stable `code` for programs.' });
