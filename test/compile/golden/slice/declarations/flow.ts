#!/usr/bin/env tsx
// Comments go.
import 'dotenv/config';
import { Action, Workflow } from '@do-sdk/core'
import express, { type Express, Router as R } from 'express'

enum Plan { Free, Paid = 'paid' }
namespace Rates { export const eur = 1 }
class Cart<T> { /* gone */ items: T[] = []; static empty = new Cart<string>() }
type Unused = Cart<string>
function helper(plan: Plan): string
function helper(plan: unknown) { return `${Rates.eur}   
  ${String(plan)}` }
const a = 1, unused = express(), b = a + 1, app = R()
export let { left, right: [deep = b] } = { left: 2, right: [] as number[] }
app.listen(3000)
var counter = 0, gone = 2
;[1].forEach(() => console.log('dropped'))

export const order = new Workflow({
  name: 'order.place',
  handler: async (app: Express) => [helper(Plan.Paid), Cart.empty, left, deep, counter++],
})
;(async () => { await order.invoke(null) })()
